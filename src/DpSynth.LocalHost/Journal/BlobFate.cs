namespace DpSynth.LocalHost.Journal;

/// <summary>How a blob must be, by the journal.</summary>
/// <param name="Place">The blob.</param>
/// <param name="Version">Its version after the last write that was answered; null if no answer was.</param>
internal abstract record BlobFate(BlobPlace Place, string? Version);

/// <summary>A blob with the content of one write.</summary>
internal sealed record WholeBlob(BlobPlace Place, string? Version) : BlobFate(Place, Version)
{
    /// <summary>The write.</summary>
    public required BlobWrite Write { get; init; }

    /// <summary>The content: one part, or blocks with their names.</summary>
    public required IReadOnlyList<(string? BlockId, JournalBytes Bytes)> Parts { get; init; }

    /// <summary>
    /// Whether it is not known if the emulator did the write, which had a condition. It is done now if the condition holds: what was not answered has
    /// been promised to nobody, and may have been read by somebody.
    /// </summary>
    public bool IsUncertain { get; init; }
}

/// <summary>A blob that was appended to.</summary>
internal sealed record GrownBlob(BlobPlace Place, string? Version) : BlobFate(Place, Version)
{
    /// <summary>The write that made it; null if it is older than the journal.</summary>
    public BlobWrite? Creation { get; init; }

    /// <summary>What was appended, in order; an uncertain piece only counts where it fits.</summary>
    public List<(long Position, JournalBytes Bytes, bool IsUncertain)> Pieces { get; init; } = [];
}

/// <summary>A blob that was deleted.</summary>
internal sealed record GoneBlob(BlobPlace Place) : BlobFate(Place, Version: null);
