using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DpSynth.Storage.Formats;

/// <summary>
/// The header of a NumPy <c>.npy</c> file, format version 1.0 (NumPy enhancement proposal 1): magic, version, header length, a
/// Python dictionary padded with spaces to a multiple of 64 bytes. Only C order and the types of <see cref="NpyElement"/> exist here.
/// </summary>
/// <param name="Element">Type of an element.</param>
/// <param name="Shape">The dimensions, row-major; empty for a scalar.</param>
public sealed partial record NpyHeader(NpyElement Element, IReadOnlyList<int> Shape)
{
    private const int PreambleLength = 10;
    private const int Alignment = 64;
    private const int MaximumDimensions = 8;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Number of elements: the product of <see cref="Shape"/>.</summary>
    public long Count => Shape.Aggregate(1L, (product, dimension) => checked(product * dimension));

    /// <summary>Bytes of all elements.</summary>
    public long DataLength => checked(Count * Element.Size());

    /// <summary>Encodes the header; its length is a multiple of 64, so that the elements behind it are aligned.</summary>
    public byte[] ToBytes()
    {
        var shape = Shape.Count == 1
            ? $"({Shape[0].ToString(CultureInfo.InvariantCulture)},)"
            : $"({string.Join(", ", Shape.Select(dimension => dimension.ToString(CultureInfo.InvariantCulture)))})";
        var dictionary = $"{{'descr': '{Element.Descriptor()}', 'fortran_order': False, 'shape': {shape}, }}";
        var total = (PreambleLength + dictionary.Length + 1 + Alignment - 1) / Alignment * Alignment;
        var bytes = new byte[total];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)(total - PreambleLength));
        bytes.AsSpan(PreambleLength).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, bytes.AsSpan(PreambleLength));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    /// <summary>Reads the header at the start of a file.</summary>
    /// <param name="file">The file, or at least its header.</param>
    /// <param name="length">Receives the header's length: where the elements begin.</param>
    /// <exception cref="InvalidDataException">It is not a header that this reader supports; the message says why.</exception>
    public static NpyHeader Parse(ReadOnlySpan<byte> file, out int length)
    {
        length = LengthOf(file);
        if (file.Length < length)
        {
            throw new InvalidDataException($"The .npy header is cut off: {length} bytes announced, {file.Length} present.");
        }

        return ParseDictionary(Encoding.Latin1.GetString(file[PreambleLength..length]));
    }

    /// <summary>Reads the header from a stream, which is then at the first element.</summary>
    /// <exception cref="InvalidDataException">It is not a header that this reader supports; the message says why.</exception>
    public static async ValueTask<NpyHeader> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var preamble = new byte[PreambleLength];
        await ReadExactlyAsync(stream, preamble, cancellationToken);
        var header = new byte[LengthOf(preamble)];
        preamble.CopyTo(header, 0);
        await ReadExactlyAsync(stream, header.AsMemory(PreambleLength), cancellationToken);
        return Parse(header, out _);
    }

    private static async ValueTask ReadExactlyAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
        {
            throw new InvalidDataException("The .npy header is cut off.");
        }
    }

    private static int LengthOf(ReadOnlySpan<byte> file)
    {
        if (file.Length < PreambleLength)
        {
            throw new InvalidDataException($"A .npy file begins with {PreambleLength} bytes, these are {file.Length}.");
        }

        if (!file[..6].SequenceEqual(Magic))
        {
            throw new InvalidDataException("This is no .npy file: it does not begin with \\x93NUMPY.");
        }

        if (file[6] != 1 || file[7] != 0)
        {
            throw new InvalidDataException($"The .npy format version is {file[6]}.{file[7]}, only 1.0 is supported.");
        }

        return PreambleLength + BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
    }

    private static NpyHeader ParseDictionary(string text)
    {
        var match = Dictionary().Match(text);
        if (!match.Success)
        {
            throw new InvalidDataException("The .npy header is not a dictionary of 'descr', 'fortran_order' and 'shape'.");
        }

        var descriptor = match.Groups["descr"].Value;
        var element = NpyElements.FromDescriptor(descriptor) ?? throw new InvalidDataException(
            $"The .npy element type is '{Printable(descriptor)}'; supported are <f2, <f4, <f8 and <i4.");
        if (match.Groups["order"].Value == "True")
        {
            throw new InvalidDataException("The .npy file is in Fortran order, only C order is supported.");
        }

        var dimensions = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (dimensions.Length > MaximumDimensions)
        {
            throw new InvalidDataException($"The .npy file has {dimensions.Length} dimensions, at most {MaximumDimensions} are supported.");
        }

        var shape = new int[dimensions.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            if (!int.TryParse(dimensions[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
            {
                throw new InvalidDataException("A dimension of the .npy file is not a whole number below 2³¹.");
            }
        }

        var header = new NpyHeader(element, shape);
        try
        {
            _ = header.DataLength;
        }
        catch (OverflowException exception)
        {
            throw new InvalidDataException("The dimensions of the .npy file multiply to more than 2⁶³ bytes.", exception);
        }

        return header;
    }

    private static string Printable(string text) => string.Concat(text.Where(character => character is > ' ' and <= '~').Take(16));

    [GeneratedRegex(
        @"^\{ ?'descr': ?'(?<descr>[^']*)', ?'fortran_order': ?(?<order>True|False), ?'shape': ?"
            + @"\( ?(?<shape>((0|[1-9][0-9]*)(, ?(0|[1-9][0-9]*))*,?)?) ?\),? ?\} *\n?$",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Dictionary();
}
