using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Ledgers;
using DpSynth.LocalHost;
using DpSynth.Storage;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>A host with true noise on its own emulator, in a process of its own. Both can be killed.</summary>
internal sealed class EmulatedHost : IAsyncDisposable
{
    private readonly TestProcess host;
    private readonly Process emulator;
    private readonly ServiceProvider stores;

    private EmulatedHost(TestProcess host, Process emulator, RunningHost running)
    {
        (this.host, this.emulator) = (host, emulator);
        Endpoint = host.Endpoint!;
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("PrivateStorage", running.PrivateStorage), new("AzureWebJobsStorage", running.ExchangeStorage)])
            .Build();
        stores = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(settings).AddSingleton(RequestParts.Json)
            .AddPrivateStorage(settings).AddExchangeStorage(settings).BuildServiceProvider();
    }

    public Uri Endpoint { get; }

    public PrivateAccount PrivateAccount => stores.GetRequiredService<PrivateAccount>();

    public ExchangeAccount ExchangeAccount => stores.GetRequiredService<ExchangeAccount>();

    public IPrivacyLedger Ledger => stores.GetRequiredService<IPrivacyLedger>();

    /// <summary>Starts both on a data folder and waits until the host serves.</summary>
    public static async Task<EmulatedHost> StartAsync(string folder)
    {
        var started = await TestProcess.StartHostAsync(folder, "--true-noise");
        using var state = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "azurite", "azurite.json")));
        var azurite = Process.GetProcessById(state.RootElement.GetProperty("Process").GetProperty("Id").GetInt32());
        return new EmulatedHost(started, azurite, RunningHost.TryRead(folder)!);
    }

    /// <summary>The container of that name, in whichever account it is.</summary>
    public BlobContainerClient Container(string name) => name switch
    {
        "private-work" => PrivateAccount.Work,
        "ledgers" => PrivateAccount.Ledgers,
        "candidates" => ExchangeAccount.Candidates,
        "requests" => ExchangeAccount.Requests,
        _ => ExchangeAccount.Releases,
    };

    /// <summary>SIGKILL to the emulator, and, after as long as its host may need to do something silly, to the host.</summary>
    public async Task KillStorageAsync(TimeSpan hostOutlives)
    {
        emulator.Kill();
        await emulator.WaitForExitAsync();
        await Task.Delay(hostOutlives);
        host.Kill();
    }

    /// <summary>SIGKILL to the host; the emulator saves what it has, and ends.</summary>
    public async Task KillHostAsync()
    {
        host.Kill();
        await emulator.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stores.DisposeAsync();
        if (!emulator.HasExited)
        {
            await KillHostAsync();
        }

        emulator.Dispose();
        host.Dispose();
    }
}
