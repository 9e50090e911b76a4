using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DpSynth.Synthesis.Datasets;

/// <summary>The first 128 bits of the SHA-256 of an owner's name: runs tell owners apart by it and keep no names. Private all the same.</summary>
/// <param name="Value">The bits.</param>
public readonly record struct OwnerId(UInt128 Value)
{
    /// <summary>Stands for a name.</summary>
    public static OwnerId Of(string name) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
}
