namespace DpSynth.LocalHost.Azurite;

/// <summary>How the storage emulator is started.</summary>
public sealed record AzuriteOptions
{
    /// <summary>The folder that holds the emulator's data, its accounts' keys and its log; made if missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>
    /// The repository's root, which holds <c>eng/assets</c>. Null: the environment variable <c>DPSYNTH_HOME</c>, else the nearest
    /// folder above the program that holds <c>DpSynth.Functions.sln</c>.
    /// </summary>
    public string? Home { get; init; }

    /// <summary>How long the emulator may take until it listens.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);
}
