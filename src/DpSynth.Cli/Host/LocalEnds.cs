using DpSynth.Cli.Connections;
using DpSynth.Functions;
using DpSynth.LocalHost;
using DpSynth.LocalHost.Azurite;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Cli.Host;

/// <summary>Finds and starts storage and hosts on this machine's data folder.</summary>
internal static class LocalEnds
{
    /// <summary>The host that runs on the data folder; null if there is none.</summary>
    public static LocalEnd? FindRunning(Surroundings surroundings) => RunningHost.TryRead(surroundings.DataFolder) is { } running
        ? new LocalEnd(SettingsOf(running.PrivateStorage, running.ExchangeStorage), owned: null)
        {
            Endpoint = running.Endpoint,
            CallPolicies = running.IsEmulated ? EmulatedStorage.CallPoliciesOf(surroundings.DataFolder) : null,
        }
        : null;

    /// <summary>Starts the storage emulator alone.</summary>
    public static async Task<LocalEnd> StartStorageAsync(Surroundings surroundings, CancellationToken cancellationToken)
    {
        var storage = await EmulatedStorage.StartAsync(surroundings.DataFolder, surroundings.Home, cancellationToken);
        return new LocalEnd(SettingsOf(storage.PrivateStorage, storage.ExchangeStorage), storage) { CallPolicies = storage.CallPolicies };
    }

    /// <summary>Starts the function app with its storage and workers; it logs into <see cref="HostLog"/>.</summary>
    /// <param name="surroundings">Where the data is.</param>
    /// <param name="port">The API's port; null for any free one.</param>
    /// <param name="workers">Workers in this process.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <param name="workerSettings">Further settings of these workers; null for none.</param>
    /// <param name="say">Is told what a person should know of the start; null where nobody is.</param>
    public static async Task<LocalEnd> StartHostAsync(
        Surroundings surroundings,
        int? port,
        int workers,
        CancellationToken cancellationToken,
        IReadOnlyList<KeyValuePair<string, string?>>? workerSettings = null,
        Action<string>? say = null)
    {
        var host = await LocalFunctionHost.StartAsync(
            new LocalHostOptions
            {
                FunctionAssembly = typeof(FunctionApp).Assembly,
                ConfigureServices = FunctionApp.AddServices,
                DataFolder = surroundings.DataFolder,
                Port = port,
                LoggerProvider = new HostLog(surroundings.DataFolder),
                ExtraServices =
                    [.. Enumerable.Repeat<Func<LocalHostContext, InProcessWorker>>(context => new InProcessWorker(context, workerSettings ?? []), workers)],
            },
            cancellationToken);
        if (host.ClosedRuns is { Count: > 0 } closed)
        {
            say?.Invoke(
                $"Closed as failed, because an earlier version had begun them and its engine is gone: {string.Join(", ", closed)}. What they had spent stays "
                + "spent, the rest of what they had reserved is free; submit their requests again under new run ids.");
        }

        return new LocalEnd(SettingsOf(host.PrivateStorage, host.ExchangeStorage), host)
        {
            Endpoint = host.Endpoint,
            Ended = host.StorageEnded,
            CallPolicies = host.Services.GetService<BlobCallPolicies>(),
        };
    }

    private static IConfiguration SettingsOf(string privateStorage, string exchangeStorage) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [PrivateAccount.SettingName] = privateStorage,
            [ExchangeAccount.SettingName] = exchangeStorage,
        })
        .Build();
}
