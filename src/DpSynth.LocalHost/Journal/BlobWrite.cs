using System.Text.Json.Serialization;

namespace DpSynth.LocalHost.Journal;

/// <summary>What is asked of the storage emulator with one write.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WriteKind>))]
internal enum WriteKind
{
    /// <summary>A whole blob.</summary>
    Put,

    /// <summary>An empty blob to be appended to.</summary>
    CreateAppend,

    /// <summary>Bytes at the end of such a blob.</summary>
    Append,

    /// <summary>A block of a blob that is to come.</summary>
    Block,

    /// <summary>A blob, of blocks that were sent before.</summary>
    CommitBlocks,

    /// <summary>The end of a blob.</summary>
    Delete,
}

/// <summary>One blob of the emulator.</summary>
/// <param name="Account">The account's name.</param>
/// <param name="Container">The container.</param>
/// <param name="Blob">The blob's name.</param>
internal readonly record struct BlobPlace(string Account, string Container, string Blob)
{
    public override string ToString() => $"{Container}/{Blob}";
}

/// <summary>One write to a blob, without its bytes: what it writes, and on what condition.</summary>
internal sealed record BlobWrite
{
    /// <summary>What is asked.</summary>
    public required WriteKind Kind { get; init; }

    /// <summary>Of which blob.</summary>
    public required BlobPlace Place { get; init; }

    /// <summary>The blob's content type; null if the call names none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The blob's metadata, if the call brings any.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The version that the blob must have.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Whether there must be no such blob.</summary>
    public bool OnlyIfNew { get; init; }

    /// <summary>Of <see cref="WriteKind.Append"/>: how long the blob must be.</summary>
    public long? Position { get; init; }

    /// <summary>Of <see cref="WriteKind.Block"/>: the block's name.</summary>
    public string? BlockId { get; init; }
}
