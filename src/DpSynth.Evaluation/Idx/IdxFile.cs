using System.Buffers.Binary;
using DpSynth.Imaging;

namespace DpSynth.Evaluation.Idx;

/// <summary>
/// Reads IDX files of unsigned bytes, the format of MNIST (Y. LeCun, C. Cortes, "The MNIST database of handwritten digits"): two zero
/// bytes, the type 0x08, the number of dimensions, each dimension as a big-endian 32-bit integer, then the values.
/// </summary>
public static class IdxFile
{
    private const byte UnsignedByte = 0x08;

    /// <summary>Reads images, dimensions <c>[count, height, width]</c>.</summary>
    /// <exception cref="InvalidDataException">The file is no IDX file of images, or is longer or shorter than its header says.</exception>
    public static ImageBatch ReadImages(string path)
    {
        var (dimensions, values) = Read(path, expectedDimensions: 3, "images");

        // Where there are no images, nothing else bounds their size.
        if (dimensions[1] < 1 || dimensions[2] < 1 || (long)dimensions[1] * dimensions[2] > Array.MaxLength)
        {
            throw Fault(path, $"holds images of {dimensions[2]}×{dimensions[1]} pixels");
        }

        return new ImageBatch(new ImageShape(Width: dimensions[2], Height: dimensions[1], Channels: 1), dimensions[0], values);
    }

    /// <summary>Reads labels, dimensions <c>[count]</c>.</summary>
    /// <exception cref="InvalidDataException">The file is no IDX file of labels, or is longer or shorter than its header says.</exception>
    public static byte[] ReadLabels(string path) => Read(path, expectedDimensions: 1, "labels").Values;

    private static (int[] Dimensions, byte[] Values) Read(string path, int expectedDimensions, string content)
    {
        using var stream = File.OpenRead(path);
        Span<byte> header = stackalloc byte[4 + (4 * expectedDimensions)];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            throw Fault(path, "ends inside its header");
        }

        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedByte || header[3] != expectedDimensions)
        {
            throw Fault(
                path,
                $"starts with {Convert.ToHexString(header[..4])}; an IDX file of {content} starts with 000008{expectedDimensions:X2} (is it compressed?)");
        }

        var dimensions = new int[expectedDimensions];
        var length = 1L;
        for (var i = 0; i < expectedDimensions; i++)
        {
            dimensions[i] = BinaryPrimitives.ReadInt32BigEndian(header[(4 + (4 * i))..]);
            length = dimensions[i] < 0 ? -1 : Math.Min(length * dimensions[i], long.MaxValue / int.MaxValue);
            if (length < 0)
            {
                throw Fault(path, $"states a dimension of {(uint)dimensions[i]}");
            }
        }

        var held = stream.Length - header.Length;
        if (length != held || length > Array.MaxLength)
        {
            throw Fault(path, $"should hold {string.Join('×', dimensions)} bytes after its header, but holds {held}");
        }

        var values = new byte[length];
        stream.ReadExactly(values);
        return (dimensions, values);
    }

    private static InvalidDataException Fault(string path, string what) => new($"The file '{path}' {what}.");
}
