using System.Net;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.Functions.Callers;
using DpSynth.LocalHost.Azurite;
using DpSynth.LocalHost.Durable;
using DpSynth.LocalHost.Events;
using DpSynth.LocalHost.Functions;
using DpSynth.LocalHost.Http;
using DpSynth.LocalHost.Queues;
using DpSynth.LocalHost.Settings;
using DpSynth.LocalHost.Timers;
using DpSynth.Storage.Layout;
using DurableTask.AzureStorage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost;

/// <summary>
/// A function app on one machine: this process plays the Functions host's part for queues, HTTP, timers and
/// orchestrations, over Azurite or over two storage accounts that it is given.
/// </summary>
public sealed class LocalFunctionHost : IAsyncDisposable
{
    private const string AuthenticationSetting = $"{AuthenticationOptions.SectionName}:{nameof(AuthenticationOptions.Mode)}";

    private static readonly TimeSpan _stopTimeout = TimeSpan.FromSeconds(30);

    private readonly FolderLock _lock;
    private readonly EmulatedStorage? _storage;
    private readonly WebApplication _app;
    private readonly string _dataFolder;
    private bool _stopped;

    private LocalFunctionHost(FolderLock folderLock, EmulatedStorage? storage, WebApplication app, Accounts accounts, string dataFolder)
    {
        _lock = folderLock;
        _storage = storage;
        _app = app;
        _dataFolder = dataFolder;
        PrivateStorage = accounts.Private;
        ExchangeStorage = accounts.Exchange;
        Endpoint = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <summary>Where HTTP is served, without the route prefix.</summary>
    public Uri Endpoint { get; }

    /// <summary>Connection string of the private account.</summary>
    public string PrivateStorage { get; }

    /// <summary>Connection string of the exchange account.</summary>
    public string ExchangeStorage { get; }

    /// <summary>The orchestrations.</summary>
    public DurableTaskClient DurableTaskClient => Services.GetRequiredService<DurableTaskClient>();

    /// <summary>Runs that an earlier version had begun and that this start has closed, because their engine is gone.</summary>
    public IReadOnlyList<string> ClosedRuns => Services.GetRequiredService<RunsOfEarlierVersions>().Closed;

    /// <summary>What the storage emulator had lost when this host started.</summary>
    public StorageLoss Loss => _storage?.Loss ?? StorageLoss.None;

    /// <summary>The app's services.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Completes if the storage emulator ends although nobody stopped it; never with storage accounts of one's own.</summary>
    public Task StorageEnded => _storage?.Ended ?? Task.Delay(Timeout.Infinite);

    /// <summary>Starts everything and returns when requests are served.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another host runs on the data folder, only one of the two storage accounts is set, or the emulator does not start.
    /// </exception>
    /// <exception cref="ArgumentException">The address is not a loopback address.</exception>
    public static async Task<LocalFunctionHost> StartAsync(LocalHostOptions options, CancellationToken cancellationToken)
    {
        if (!IPAddress.IsLoopback(options.Address))
        {
            throw new ArgumentException(
                $"The local host does not serve {options.Address}: it asks for no credentials, so it listens on this machine's loopback address only.");
        }

        var catalog = FunctionCatalog.Read(options.FunctionTypes ?? options.FunctionAssembly.GetTypes());
        var dataFolder = Path.GetFullPath(options.DataFolder ?? RunningHost.DefaultDataFolder());
        DataFolder.Close(dataFolder);
        var folderLock = FolderLock.Take(dataFolder, "host");
        EmulatedStorage? storage = null;
        WebApplication? app = null;
        try
        {
            var accounts = Accounts.Given(options);
            if (accounts is null)
            {
                storage = await EmulatedStorage.StartAsync(dataFolder, home: null, cancellationToken);
                accounts = new Accounts(storage.PrivateStorage, storage.ExchangeStorage, AreGiven: false);
            }
            app = Build(options, catalog, accounts, storage, dataFolder);
            await app.StartAsync(cancellationToken);
            var host = new LocalFunctionHost(folderLock, storage, app, accounts, dataFolder);
            await WorkerAccessFile.WriteAsync(dataFolder, host.ExchangeStorage, cancellationToken);
            RunningHost.Write(dataFolder, host.Endpoint, host.PrivateStorage, host.ExchangeStorage, isEmulated: storage is not null);
            return host;
        }
        catch
        {
            await EndAsync(app, storage, folderLock);
            throw;
        }
    }

    /// <summary>Stops in order: no new requests, messages and turns; running functions are cancelled; the emulator goes last.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        RunningHost.Remove(_dataFolder);
        WorkerAccessFile.Remove(_dataFolder);
        try
        {
            await _app.StopAsync(cancellationToken);
        }
        finally
        {
            await EndAsync(_app, _storage, _lock);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async Task EndAsync(WebApplication? app, EmulatedStorage? storage, FolderLock folderLock)
    {
        if (app is not null)
        {
            await app.DisposeAsync();
        }

        if (storage is not null)
        {
            await storage.DisposeAsync();
        }

        folderLock.Dispose();
    }

    private static WebApplication Build(
        LocalHostOptions options, FunctionCatalog catalog, Accounts accounts, EmulatedStorage? storage, string dataFolder)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        var configuration = builder.Configuration;
        configuration.AddInMemoryCollection(options.Settings);
        if (configuration[AuthenticationSetting] is null)
        {
            // Only this machine can reach the host: whoever calls is its developer.
            configuration.AddInMemoryCollection([new(AuthenticationSetting, nameof(AuthenticationMode.Development))]);
        }

        configuration.AddInMemoryCollection(accounts.ToSettings());
        catalog = catalog.Enabled(configuration);
        var settings = ReadHostJson(options, configuration);

        builder.Logging.ClearProviders().AddConfiguration(settings.Logging!).AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        if (options.LoggerProvider is { } provider)
        {
            builder.Logging.AddProvider(provider);
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(options.Address, options.Port ?? 0));
        var services = builder.Services;
        services.AddMvcCore();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = _stopTimeout);
        services.AddSingleton<IHostLifetime, NoLifetime>();
        if (storage is not null)
        {
            services.AddSingleton(storage.CallPolicies);
        }

        options.ConfigureServices(services, configuration);
        services.TryAddSingleton(TimeProvider.System);
        AddHost(services, catalog, settings, accounts, storage, dataFolder);
        foreach (var extra in options.ExtraServices)
        {
            services.AddSingleton(provider => extra(new LocalHostContext(accounts.Private, accounts.Exchange, dataFolder, provider)));
        }

        options.Overrides?.Invoke(services);
        var app = builder.Build();
        var logger = app.Services.GetRequiredService<ILogger<LocalFunctionHost>>();
        app.Use(OwnPages.RefuseOthersAsync);
        app.UseRouting();
        var invoker = app.Services.GetRequiredService<FunctionInvoker>();
        app.MapFunctions(catalog, invoker, settings, logger);
        return app;
    }

    private static HostJson ReadHostJson(LocalHostOptions options, IConfiguration configuration)
    {
        var settings = HostJson.Read(options.HostJsonPath ?? Path.Combine(AppContext.BaseDirectory, "host.json"), configuration);
        return settings with
        {
            MaxPollingInterval = settings.MaxPollingInterval > options.MaxPollingInterval ? options.MaxPollingInterval : settings.MaxPollingInterval,
            QueueLease = options.QueueLease,
        };
    }

    private static void AddHost(
        IServiceCollection services, FunctionCatalog catalog, HostJson settings, Accounts accounts, EmulatedStorage? storage, string dataFolder)
    {
        var loss = storage?.Loss ?? StorageLoss.None;
        var queues = new QueueServiceClient(accounts.Exchange);
        services.AddSingleton(provider => new FunctionInvoker(catalog, provider, settings.FunctionTimeout));
        services.AddSingleton(provider => new DurableEngine(
            new HubSettings
            {
                HubName = settings.HubName,
                Storage = new StorageAccountClientProvider(accounts.Exchange),
                HostId = HostId.Of(dataFolder),
                IsShared = accounts.AreGiven,
                HasDied = loss.HasDied,
                MaxConcurrentActivities = settings.MaxConcurrentActivities,
                MaxConcurrentOrchestrators = settings.MaxConcurrentOrchestrators,
            },
            provider.GetRequiredService<FunctionInvoker>(),
            provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<DurableTaskClient>(provider =>
            new HubClient(provider.GetRequiredService<DurableEngine>().Service, settings.HubName));
        services.AddSingleton(provider => new RunsOfEarlierVersions(
            new BlobServiceClient(accounts.Exchange), settings.HubName, provider, provider.GetRequiredService<ILogger<RunsOfEarlierVersions>>()));
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RunsOfEarlierVersions>());
        services.AddSingleton<IHostedService>(provider => new RunsAfterLoss(loss, provider, provider.GetRequiredService<ILogger<RunsAfterLoss>>()));
        services.AddHostedService<EngineService>();
        services.AddSingleton<IHostedService>(provider => new OpenRuns(
            loss, () => storage?.SettleLoss(), provider, provider.GetRequiredService<ILogger<OpenRuns>>()));

        foreach (var (function, trigger) in catalog.TriggeredBy<QueueTriggerAttribute>())
        {
            services.AddSingleton<IHostedService>(provider => new QueueListener(
                function,
                queues,
                HostJson.Resolve(trigger.QueueName, provider.GetRequiredService<IConfiguration>()),
                settings,
                provider.GetRequiredService<FunctionInvoker>(),
                provider.GetRequiredService<ILogger<QueueListener>>()));
        }

        foreach (var (function, trigger) in catalog.TriggeredBy<TimerTriggerAttribute>())
        {
            services.AddSingleton<IHostedService>(provider => new TimerListener(
                function,
                trigger,
                HostJson.Resolve(trigger.Schedule, provider.GetRequiredService<IConfiguration>()),
                provider.GetRequiredService<FunctionInvoker>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<TimerListener>>()));
        }

        services.AddSingleton<IHostedService>(provider => new BlobWatcher(
            new BlobServiceClient(accounts.Private).GetBlobContainerClient(PrivateLayout.Data),
            queues.GetQueueClient(ExchangeLayout.DatasetEvents),
            _ => true,
            Path.Combine(dataFolder, "announced.json"),
            accounts.AreGiven ? TimeSpan.Zero : BlobWatcher.EmulatorSaves,
            provider.GetRequiredService<ILogger<BlobWatcher>>()));
        services.AddSingleton<IHostedService>(provider => new BlobWatcher(
            new BlobServiceClient(accounts.Exchange).GetBlobContainerClient(ExchangeLayout.Requests),
            queues.GetQueueClient(ExchangeLayout.RequestFiles),
            ExchangeLayout.IsRequestFile,
            Path.Combine(dataFolder, "announced-requests.json"),
            accounts.AreGiven ? TimeSpan.Zero : BlobWatcher.EmulatorSaves,
            provider.GetRequiredService<ILogger<BlobWatcher>>()));
    }

    /// <summary>Starts the engine before anything that may want it, and stops it after.</summary>
    private sealed class EngineService(DurableEngine engine) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => engine.StartAsync(cancellationToken);

        public async Task StopAsync(CancellationToken cancellationToken) => await engine.DisposeAsync();
    }

    /// <summary>Signals are the program's business, not the host's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    /// <summary>Connection strings of the two accounts, and whether they are not this host's own emulator: then other hosts may share them.</summary>
    private sealed record Accounts(string Private, string Exchange, bool AreGiven)
    {
        private const string PrivateSetting = "PrivateStorage";
        private const string ExchangeSetting = "AzureWebJobsStorage";

        /// <summary>The accounts that options or environment name; null if they name none.</summary>
        public static Accounts? Given(LocalHostOptions options)
        {
            var privateStorage = Setting(options.PrivateStorage, PrivateSetting);
            var exchangeStorage = Setting(options.AzureWebJobsStorage, ExchangeSetting);
            return (privateStorage, exchangeStorage) switch
            {
                (null, null) => null,
                ({ } p, { } e) => new Accounts(p, e, AreGiven: true),
                _ => throw new InvalidOperationException(
                    $"Only {(privateStorage is null ? ExchangeSetting : PrivateSetting)} is set: set both {PrivateSetting} and "
                    + $"{ExchangeSetting} to connection strings, or neither to have a storage emulator started."),
            };

            string? Setting(string? given, string name) =>
                given ?? options.Settings.GetValueOrDefault(name) ?? (Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? text : null);
        }

        public Dictionary<string, string?> ToSettings() => new(StringComparer.Ordinal)
        {
            [PrivateSetting] = Private,
            [ExchangeSetting] = Exchange,
        };
    }
}
