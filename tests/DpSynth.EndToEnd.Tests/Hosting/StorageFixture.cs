using System.Security.Cryptography;
using DpSynth.Catalogue;
using DpSynth.Ledgers;
using DpSynth.LocalHost.Azurite;
using DpSynth.Storage;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>
/// A real Azurite with two accounts, and the stores over them. One a test class: queues have one host at a time. Where a host of another
/// kind is tested (<see cref="ForeignHost"/>), its accounts, one test class after the other.
/// </summary>
public sealed class StorageFixture : IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("dpsynth-e2e-");
    private string azuriteFolder = "";
    private AzuriteProcess? azurite;
    private IDisposable? turn;
    private ServiceProvider? services;

    public string PrivateStorage => ForeignHost.Given?.PrivateStorage ?? azurite!.PrivateStorage;

    public string ExchangeStorage => ForeignHost.Given?.ExchangeStorage ?? azurite!.ExchangeStorage;

    public PrivateAccount PrivateAccount => Get<PrivateAccount>();

    public ExchangeAccount ExchangeAccount => Get<ExchangeAccount>();

    public ICandidateStore Candidates => Get<ICandidateStore>();

    public IReleaseStore Releases => Get<IReleaseStore>();

    public IPrivacyLedger Ledger => Get<IPrivacyLedger>();

    public ILedgerAdministration LedgerAdministration => Get<ILedgerAdministration>();

    public IRunRegistry Registry => Get<IRunRegistry>();

    public PrivateStore PrivateStore => Get<PrivateStore>();

    /// <summary>A folder for one host's data.</summary>
    public string NewDataFolder() => folder.CreateSubdirectory(Guid.NewGuid().ToString("N")).FullName;

    /// <summary>Stops the emulator, and starts it again after a while at the same addresses with the same data.</summary>
    public async Task BreakOffAsync(TimeSpan outage)
    {
        var before = (PrivateStorage, ExchangeStorage);
        await azurite!.DisposeAsync();
        await Task.Delay(outage);
        azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = azuriteFolder }, CancellationToken.None);
        Assert.Equal(before, (PrivateStorage, ExchangeStorage));
    }

    public async Task InitializeAsync()
    {
        if (ForeignHost.Given is null)
        {
            azuriteFolder = NewDataFolder();
            azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = azuriteFolder }, CancellationToken.None);
        }
        else
        {
            turn = await ForeignHost.TakeTurnAsync();
        }

        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection([new("PrivateStorage", PrivateStorage), new("AzureWebJobsStorage", ExchangeStorage)])
            .Build();
        services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(settings)
            .AddSingleton(RequestParts.Json).AddPrivateStorage(settings).AddExchangeStorage(settings).BuildServiceProvider();
        await PrivateAccount.EnsureCreatedAsync(CancellationToken.None);
        await ExchangeAccount.EnsureCreatedAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (services is not null)
        {
            await services.DisposeAsync();
        }

        if (azurite is not null)
        {
            await azurite.DisposeAsync();
        }

        turn?.Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>The synthetic images of a release, file by file.</summary>
    public async Task<IReadOnlyList<string>> HashReleaseAsync(string runId)
    {
        var hashes = new List<string>();
        foreach (var file in (await Releases.ListAsync(runId, default)).Where(file => file.Name.EndsWith(".tar", StringComparison.Ordinal)))
        {
            await using var stream = await Releases.OpenAsync(runId, file.Name, default);
            hashes.Add($"{file.Name} {Convert.ToHexString(await SHA256.HashDataAsync(stream))}");
        }

        return hashes;
    }

    private T Get<T>()
        where T : notnull => services!.GetRequiredService<T>();
}
