using System.Runtime.InteropServices;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>What embedding a private shard found; private, like all counts of private images.</summary>
internal sealed record EmbeddedShard
{
    /// <summary>Images embedded.</summary>
    public required int Images { get; init; }

    /// <summary>Names of files that are no usable images, each with the reason.</summary>
    public required IReadOnlyList<string> Unreadable { get; init; }

    /// <summary>Archives that were not read to their end, each with the reason: what lies behind the damage is not among the images.</summary>
    public IReadOnlyList<string> BrokenArchives { get; init; } = [];

    /// <summary>Fingerprints of the embedded images, 16 bytes each, in their order.</summary>
    public required byte[] FingerprintBytes { get; init; }

    /// <summary>The embedded images' owners, 16 bytes each, in their order; empty where the unit is the image.</summary>
    public byte[] OwnerBytes { get; init; } = [];

    /// <summary>Names of files whose owner is not told.</summary>
    public IReadOnlyList<string> WithoutOwner { get; init; } = [];

    /// <summary>Rows of the owner table that name a file of this shard.</summary>
    public IReadOnlyList<int> OwnerRows { get; init; } = [];

    /// <summary>What executed the embedder's model; null for embedders without one.</summary>
    public string? Provider { get; init; }

    /// <summary>Name of the private record of one shard.</summary>
    public static string RecordName(int shard) => $"embedded-{shard:D5}";

    /// <summary>Fingerprints of the embedded images.</summary>
    public ReadOnlySpan<ImageFingerprint> Fingerprints() => MemoryMarshal.Cast<byte, ImageFingerprint>(FingerprintBytes);

    /// <summary>The embedded images' owners.</summary>
    public ReadOnlySpan<OwnerId> Owners() => MemoryMarshal.Cast<byte, OwnerId>(OwnerBytes);
}
