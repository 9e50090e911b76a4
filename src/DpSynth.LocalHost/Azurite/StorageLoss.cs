namespace DpSynth.LocalHost.Azurite;

/// <summary>What an emulator that died had lost.</summary>
public sealed record StorageLoss
{
    /// <summary>Nothing: there is no emulator, or it has saved what it had when it ended.</summary>
    public static StorageLoss None { get; } = new();

    /// <summary>Whether it ended without saving, so that its queues and tables tell of different moments, all of them past.</summary>
    public bool HasDied { get; init; }

    /// <summary>When the last write was made of which the journal knows.</summary>
    public DateTimeOffset LastWrite { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The blobs that were put back from the journal.</summary>
    public IReadOnlyList<string> PutBack { get; init; } = [];

    /// <summary>Why it cannot be told whether everything is back; none where it can.</summary>
    public IReadOnlyList<string> Doubts { get; init; } = [];
}
