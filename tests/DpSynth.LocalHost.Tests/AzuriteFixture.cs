using DpSynth.LocalHost.Azurite;

namespace DpSynth.LocalHost.Tests;

/// <summary>One emulator for all tests that only need some storage; they keep apart by names of their own.</summary>
public sealed class AzuriteFixture : IAsyncLifetime
{
    private readonly ScratchFolder _folder = new();

    public AzuriteProcess Azurite { get; private set; } = null!;

    public async Task InitializeAsync() =>
        Azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { DataFolder = _folder.Path }, CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (Azurite is not null)
        {
            await Azurite.DisposeAsync();
        }

        _folder.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class AzuriteCollection : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "Azurite";
}
