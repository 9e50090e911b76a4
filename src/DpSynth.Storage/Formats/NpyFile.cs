using System.Runtime.InteropServices;

namespace DpSynth.Storage.Formats;

/// <summary>Reads and writes arrays as NumPy <c>.npy</c> files (version 1.0, little-endian, C order) by casting memory.</summary>
public static class NpyFile
{
    /// <summary>Encodes an array.</summary>
    /// <typeparam name="T"><see cref="Half"/>, <see cref="float"/>, <see cref="double"/>, <see cref="int"/> or <see cref="long"/>.</typeparam>
    /// <param name="values">The elements, row-major.</param>
    /// <param name="shape">The dimensions.</param>
    /// <exception cref="ArgumentException">The dimensions do not multiply to the number of elements.</exception>
    public static byte[] Encode<T>(ReadOnlySpan<T> values, params int[] shape)
        where T : unmanaged
    {
        var header = new NpyHeader(NpyElements.Of<T>(), shape);
        if (header.Count != values.Length)
        {
            throw new ArgumentException($"An array of shape ({string.Join(", ", shape)}) has {header.Count} elements, not {values.Length}.", nameof(shape));
        }

        var prefix = header.ToBytes();
        var data = MemoryMarshal.AsBytes(values);
        var file = GC.AllocateUninitializedArray<byte>(prefix.Length + data.Length);
        prefix.CopyTo(file, 0);
        data.CopyTo(file.AsSpan(prefix.Length));
        return file;
    }

    /// <summary>The elements of an encoded array, in place.</summary>
    /// <typeparam name="T">The type the elements must have.</typeparam>
    /// <param name="file">The whole file; the result is a view of it.</param>
    /// <param name="shape">Receives the dimensions.</param>
    /// <exception cref="InvalidDataException">The file is broken, has other elements, or is shorter or longer than its shape says.</exception>
    public static ReadOnlySpan<T> Decode<T>(ReadOnlySpan<byte> file, out IReadOnlyList<int> shape)
        where T : unmanaged
    {
        var header = NpyHeader.Parse(file, out var offset);
        RequireElement<T>(header);
        if (file.Length - offset != header.DataLength)
        {
            throw new InvalidDataException($"The .npy file holds {file.Length - offset} bytes of elements, its shape takes {header.DataLength}.");
        }

        shape = header.Shape;
        return MemoryMarshal.Cast<byte, T>(file[offset..]);
    }

    /// <summary>Reads an array from a stream straight into its memory.</summary>
    /// <typeparam name="T">The type the elements must have.</typeparam>
    /// <param name="stream">The file from its first byte on; read to its end.</param>
    /// <param name="maximumLength">The most bytes of elements that are accepted: the size the caller knows the file to have, or a limit.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The file is broken, has other elements, or is shorter or longer than its shape says.</exception>
    public static async Task<NpyArray<T>> ReadAsync<T>(Stream stream, long maximumLength, CancellationToken cancellationToken)
        where T : unmanaged
    {
        var header = await NpyHeader.ReadAsync(stream, cancellationToken);
        RequireElement<T>(header);
        if (header.DataLength > maximumLength || header.Count > Array.MaxLength)
        {
            throw new InvalidDataException($"The shape of the .npy file takes {header.DataLength} bytes, more than the file or the limit of {maximumLength}.");
        }

        var values = GC.AllocateUninitializedArray<T>((int)header.Count);
        var bytes = new CastMemory<T>(values).Memory;
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) < bytes.Length)
        {
            throw new InvalidDataException("The .npy file ends before its last element.");
        }

        if (await stream.ReadAsync(new byte[1], cancellationToken) != 0)
        {
            throw new InvalidDataException("The .npy file goes on after its last element.");
        }

        return new NpyArray<T>(header.Shape, values);
    }

    private static void RequireElement<T>(NpyHeader header)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException(".npy files are read and written on little-endian machines only.");
        }

        if (header.Element != NpyElements.Of<T>())
        {
            throw new InvalidDataException($"The .npy file holds {header.Element}, {NpyElements.Of<T>()} was expected.");
        }
    }
}

/// <summary>An array as read from a <c>.npy</c> file.</summary>
/// <typeparam name="T">Type of an element.</typeparam>
/// <param name="Shape">The dimensions.</param>
/// <param name="Values">The elements, row-major.</param>
public sealed record NpyArray<T>(IReadOnlyList<int> Shape, T[] Values)
    where T : unmanaged;
