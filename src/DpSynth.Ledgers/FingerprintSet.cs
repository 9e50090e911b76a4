using System.Buffers.Binary;

namespace DpSynth.Ledgers;

/// <summary>Fingerprints of images in ascending order, each once. Immutable; a million take 16 MB.</summary>
public sealed class FingerprintSet
{
    private const int Size = 16;

    private readonly UInt128[] _values;

    private FingerprintSet(UInt128[] ascending) => _values = ascending;

    /// <summary>No fingerprints.</summary>
    public static FingerprintSet Empty { get; } = new([]);

    /// <summary>How many there are.</summary>
    public int Count => _values.Length;

    /// <summary>A set of the fingerprints.</summary>
    public static FingerprintSet Of(IReadOnlySet<ImageFingerprint> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var values = new UInt128[images.Count];
        var i = 0;
        foreach (var image in images)
        {
            values[i++] = image.Value;
        }

        Array.Sort(values);
        return new FingerprintSet(values);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static FingerprintSet Decode(ReadOnlySpan<byte> bytes)
    {
        var values = new UInt128[bytes.Length / Size];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadUInt128BigEndian(bytes.Slice(i * Size, Size));
            if (i > 0 && values[i] <= values[i - 1])
            {
                throw new InvalidDataException("A set of image fingerprints is not in ascending order: it was changed.");
            }
        }

        return bytes.Length % Size == 0
            ? new FingerprintSet(values)
            : throw new InvalidDataException($"A set of image fingerprints has {bytes.Length} bytes, no multiple of {Size}: it was cut off.");
    }

    /// <summary>16 bytes each, big-endian, ascending.</summary>
    /// <exception cref="OverflowException">There are 2²⁷ or more.</exception>
    public byte[] Encode()
    {
        var bytes = new byte[_values.Length * Size];
        for (var i = 0; i < _values.Length; i++)
        {
            BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(i * Size), _values[i]);
        }

        return bytes;
    }

    /// <summary>Whether both have a fingerprint in common.</summary>
    public bool Overlaps(FingerprintSet other) => Except(other).Count < Count;

    /// <summary>Those that <paramref name="other"/> does not have.</summary>
    public FingerprintSet Except(FingerprintSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var kept = new List<UInt128>(Count);
        var j = 0;
        foreach (var value in _values)
        {
            while (j < other.Count && other._values[j] < value)
            {
                j++;
            }

            if (j == other.Count || other._values[j] != value)
            {
                kept.Add(value);
            }
        }

        return kept.Count == Count ? this : new FingerprintSet([.. kept]);
    }

    /// <summary>Those of either.</summary>
    public FingerprintSet Union(FingerprintSet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        UInt128[] values = [.. _values, .. other.Except(this)._values];
        Array.Sort(values);
        return new FingerprintSet(values);
    }
}
