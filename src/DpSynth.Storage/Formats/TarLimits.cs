namespace DpSynth.Storage.Formats;

/// <summary>What a reader of archives accepts.</summary>
public sealed record TarLimits
{
    /// <summary>Most entries of an archive, folders and links included.</summary>
    /// <value>10,000,000.</value>
    public int Entries { get; init; } = 10_000_000;

    /// <summary>Most bytes of one file.</summary>
    /// <value>64 MiB.</value>
    public long EntryLength { get; init; } = 64L << 20;

    /// <summary>Longest name of an entry in characters.</summary>
    /// <value>1,024.</value>
    public int NameLength { get; init; } = 1024;
}
