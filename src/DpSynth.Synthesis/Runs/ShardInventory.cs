using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>Takes down what a private shard holds while it is embedded.</summary>
/// <param name="owners">Finds owners; null where the unit is the image.</param>
internal sealed class ShardInventory(OwnerLookup? owners)
{
    private readonly List<ImageFingerprint> _fingerprints = [];
    private readonly List<OwnerId> _owners = [];
    private readonly List<string> _unreadable = [];
    private readonly List<string> _brokenArchives = [];
    private readonly List<string> _withoutOwner = [];
    private readonly List<int> _ownerRows = [];

    /// <summary>An archive that cannot be read to its end.</summary>
    public void AddBrokenArchive(string fault) => _brokenArchives.Add(fault);

    /// <summary>Images as they were read.</summary>
    /// <param name="images">The images.</param>
    /// <param name="faults">For each image why it is unusable; null if it was embedded.</param>
    public void Add(IReadOnlyList<PrivateImage> images, IReadOnlyList<string?> faults)
    {
        for (var i = 0; i < images.Count; i++)
        {
            var owner = FindOwner(images[i].Name);
            if (faults[i] is { } fault)
            {
                _unreadable.Add($"{images[i].Name}: {fault}");
                continue;
            }

            var hash = SHA256.HashData(images[i].Encoded.Span);
            _fingerprints.Add(new ImageFingerprint(BinaryPrimitives.ReadUInt128BigEndian(hash)));
            _owners.Add(owner);
        }
    }

    /// <summary>What was found.</summary>
    public EmbeddedShard ToRecord() => new()
    {
        Images = _fingerprints.Count,
        Unreadable = _unreadable,
        BrokenArchives = _brokenArchives,
        FingerprintBytes = MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_fingerprints)).ToArray(),
        OwnerBytes = owners is null ? [] : MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_owners)).ToArray(),
        WithoutOwner = _withoutOwner,
        OwnerRows = _ownerRows,
    };

    private OwnerId FindOwner(string image)
    {
        if (owners is null)
        {
            return default;
        }

        if (owners.Find(ImagePath.OfImage(image)) is not { } match)
        {
            _withoutOwner.Add(image);
            return default;
        }

        if (match.Row >= 0)
        {
            _ownerRows.Add(match.Row);
        }

        return match.Owner;
    }
}
