using DpSynth.Functions;
using DpSynth.LocalHost;
using DpSynth.Storage.Workers;
using DpSynth.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Hosting;

namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>The local host and one worker in this process, as the demo runs them.</summary>
public class HostFixture : IAsyncLifetime
{
    private LocalFunctionHost? host;
    private IHost? worker;

    public StorageFixture Storage { get; } = new();

    public Uri Endpoint => host!.Endpoint;

    public DurableTaskClient DurableTask => host!.DurableTaskClient;

    /// <summary>Further settings of the worker.</summary>
    protected virtual IEnumerable<KeyValuePair<string, string?>> WorkerSettings => [];

    public virtual async Task InitializeAsync()
    {
        await Storage.InitializeAsync();
        host = await LocalFunctionHost.StartAsync(
            new LocalHostOptions
            {
                FunctionAssembly = typeof(FunctionApp).Assembly,
                ConfigureServices = FunctionApp.AddServices,
                DataFolder = Storage.NewDataFolder(),
                HostJsonPath = Path.Combine(AppContext.BaseDirectory, "host.json"),
                PrivateStorage = Storage.PrivateStorage,
                AzureWebJobsStorage = Storage.ExchangeStorage,
            },
            CancellationToken.None);
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

        await Storage.DisposeAsync();
    }
}
