using DpSynth.LocalHost.Azurite;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Storage.Tests;

/// <summary>One emulator for a test project, with both accounts set up; tests keep apart by names of their own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dpsynth-azurite-").FullName;
    private AzuriteProcess? _azurite;

    public IConfiguration Configuration { get; private set; } = new ConfigurationBuilder().Build();

    public PrivateAccount Private => PrivateAccount.FromConfiguration(Configuration);

    public ExchangeAccount Exchange => ExchangeAccount.FromConfiguration(Configuration);

    public static string NewName(string stem) => $"{stem}-{Guid.NewGuid():N}";

    public async Task InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = _folder }, CancellationToken.None);
        Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [PrivateAccount.SettingName] = _azurite.PrivateStorage,
            [ExchangeAccount.SettingName] = _azurite.ExchangeStorage,
        }).Build();
        await Private.EnsureCreatedAsync(CancellationToken.None);
        await Exchange.EnsureCreatedAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}

[CollectionDefinition(Name)]
public sealed class AzuriteTests : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
