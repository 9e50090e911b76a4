using DpSynth.Functions;
using DpSynth.LocalHost;
using DpSynth.Storage.Workers;
using DpSynth.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>The local host, or the one that the environment names, and one worker in this process, as the demo runs them.</summary>
public class HostFixture : IAsyncLifetime
{
    private LocalFunctionHost? host;
    private IHost? worker;
    private IReadOnlyList<IHostedService> events = [];

    public StorageFixture Storage { get; } = new();

    public Uri Endpoint => ForeignHost.Given?.Endpoint ?? host!.Endpoint;

    /// <summary>The local host's orchestrations.</summary>
    public DurableTaskClient DurableTask => host!.DurableTaskClient;

    /// <summary>Further settings of the worker.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string?>> WorkerSettings => [];

    /// <summary>The local host's services.</summary>
    public IServiceProvider Services => host!.Services;

    /// <summary>Settings of the local host.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    public virtual async Task InitializeAsync()
    {
        await Storage.InitializeAsync();
        if (ForeignHost.Given is null)
        {
            host = await LocalFunctionHost.StartAsync(
                new LocalHostOptions
                {
                    FunctionAssembly = typeof(FunctionApp).Assembly,
                    ConfigureServices = FunctionApp.AddServices,
                    DataFolder = Storage.NewDataFolder(),
                    HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                    PrivateStorage = Storage.PrivateStorage,
                    AzureWebJobsStorage = Storage.ExchangeStorage,
                    Settings = Settings,
                    Overrides = Override,
                },
                CancellationToken.None);
        }
        else
        {
            events = await ForeignHost.StartEventsAsync(Storage);
        }

        var access = WorkerAccess.Sign(Storage.ExchangeAccount, TimeSpan.FromHours(1), TimeProvider.System);
        worker = WorkerHost.CreateBuilder([], [new(WorkerAccess.SettingName, access.ToJson()), .. WorkerSettings]).Build();
        await worker.StartAsync();
    }

    public virtual async Task DisposeAsync()
    {
        if (worker is not null)
        {
            await worker.StopAsync();
            worker.Dispose();
        }

        if (host is not null)
        {
            await host.DisposeAsync();
        }

        foreach (var watcher in events)
        {
            await watcher.StopAsync(CancellationToken.None);
        }

        await Storage.DisposeAsync();
    }

    /// <summary>Changes the local host's services.</summary>
    protected virtual void Override(IServiceCollection services)
    {
    }
}
