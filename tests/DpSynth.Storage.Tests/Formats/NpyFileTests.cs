using System.Text;
using DpSynth.Storage.Formats;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Storage.Tests.Formats;

public sealed class NpyFileTests
{
    [Fact]
    public void Arrays_come_back_bit_for_bit() => Prop.ForAll<float[], double[], int[]>((floats, doubles, ints) =>
    {
        var halves = Array.ConvertAll(floats, value => (Half)value);
        var longs = Array.ConvertAll(doubles, BitConverter.DoubleToInt64Bits);
        return RoundTrips(floats) && RoundTrips(doubles) && RoundTrips(ints) && RoundTrips(longs) && RoundTrips(halves);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Arrays_come_back_through_a_stream_that_gives_one_byte_at_a_time()
    {
        float[] values = [1.5f, float.NaN, float.NegativeInfinity, -0f, 1e-40f, 7];
        var file = NpyFile.Encode<float>(values, 2, 3);
        var array = await NpyFile.ReadAsync<float>(new TricklingStream(file), file.Length, CancellationToken.None);
        Assert.Equal([2, 3], array.Shape);
        Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), array.Values.Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void File_is_what_NumPy_writes()
    {
        // numpy.save of numpy.array([[1, 2, 3]], dtype='<i4'), written out by hand from the format's specification.
        var header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }".PadRight(117) + "\n";
        byte[] expected =
        [
            0x93, .. "NUMPY"u8, 1, 0, 118, 0, .. Encoding.ASCII.GetBytes(header),
            1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0,
        ];
        Assert.Equal(expected, NpyFile.Encode<int>([1, 2, 3], 1, 3));
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", "Fortran order")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", "element type is '>f4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", "element type is '|O'")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", "holds Float64, Float32 was expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", "its shape takes 12")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", "its shape takes 4")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", "not a dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "not a whole number below")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), }", "multiply to more")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1, 1, 2), }", "9 dimensions")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, ,, 1), }", "not a dictionary")]
    [InlineData("{'shape': __import__('os')}", "not a dictionary")]
    public void Header_is_refused_with_the_reason(string dictionary, string reason)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)dictionary.Length, 0, .. Encoding.ASCII.GetBytes(dictionary), .. new byte[8]];
        var refusal = Assert.Throws<InvalidDataException>(() => NpyFile.Decode<float>(file, out _).Length);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_cut_is_refused()
    {
        var file = NpyFile.Encode<float>([1, 2, 3], 3);
        for (var length = 0; length < file.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => NpyFile.Decode<float>(file.AsSpan(0, length), out _).Length);
            await Assert.ThrowsAsync<InvalidDataException>(
                () => NpyFile.ReadAsync<float>(new MemoryStream(file, 0, length), file.Length, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Shape_beyond_the_known_size_is_refused_before_memory_is_taken()
    {
        var header = new NpyHeader(NpyElement.Float64, [1 << 20, 1 << 20]).ToBytes();
        await Assert.ThrowsAsync<InvalidDataException>(
            () => NpyFile.ReadAsync<double>(new MemoryStream(header), header.Length, CancellationToken.None));
    }

    [Fact]
    public async Task Trailing_bytes_are_refused()
    {
        byte[] file = [.. NpyFile.Encode<float>([1, 2], 2), 0];
        await Assert.ThrowsAsync<InvalidDataException>(
            () => NpyFile.ReadAsync<float>(new MemoryStream(file), file.Length, CancellationToken.None));
    }

    /// <summary>Valid files of any shape with up to two places of their header written over and a little cut off or added.</summary>
    [Fact]
    public void Changed_file_is_read_as_its_header_says_or_refused_with_the_reason()
    {
        int read = 0, behindMagic = 0, all = 0;
        Prop.ForAll(Changed().ToArbitrary(), file =>
        {
            all++;
            try
            {
                var values = NpyFile.Decode<float>(file, out var shape);
                Assert.Equal(values.Length, shape.Aggregate(1, static (product, dimension) => product * dimension));
                Assert.Equal(file[^(4 * values.Length)..], System.Runtime.InteropServices.MemoryMarshal.AsBytes(values).ToArray());
                var header = Encoding.ASCII.GetString(file.AsSpan(10..^(4 * values.Length))).Replace(" ", "", StringComparison.Ordinal);
                Assert.Contains("'descr':'<f4'", header, StringComparison.Ordinal);
                Assert.Contains($"({string.Concat(shape.Select(dimension => $"{dimension},"))}".TrimEnd(','), header, StringComparison.Ordinal);
                read++;
            }
            catch (InvalidDataException refusal)
            {
                Assert.Matches("^(The|A|This).*[.]npy.*[.]$", refusal.Message);
                behindMagic += refusal.Message.Contains("begin", StringComparison.Ordinal)
                    || refusal.Message.Contains("version", StringComparison.Ordinal) ? 0 : 1;
            }

            AssertStreamAgrees(file);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        Assert.True(read > all / 10 && behindMagic > all / 3, $"Of {all} files {read} were read and {behindMagic} refused for more than their first bytes.");
    }

    private static Gen<byte[]> Changed()
    {
        var piece = Gen.Elements("0", "1", "2", "3", "9", ",", ")", "(", "'", " ", "<f4", ">f4", "<f8",
            "<i4", "True", "-1", "4294967296", "\n", "\0", "\u0093");
        return
            from shape in Gen.Choose(0, 4).ArrayOf().Where(static dimensions => dimensions.Length is > 0 and <= 4)
            from changes in Gen.Zip(Gen.Choose(0, 79), piece).ArrayOf(2)
            from changed in Gen.Elements(0, 0, 1, 1, 2)
            from length in Gen.Elements(0, 0, 0, 0, 0, 0, -1, 1, 4, -70)
            select Write(shape, changes[..changed], length);

        static byte[] Write(int[] shape, (int Place, string Piece)[] changes, int length)
        {
            var count = shape.Aggregate(1, static (product, dimension) => product * dimension);
            var file = NpyFile.Encode<float>(Enumerable.Range(0, count).Select(static i => i + 0.5f).ToArray(), shape);
            foreach (var (place, piece) in changes)
            {
                Encoding.Latin1.GetBytes(piece).AsSpan(0, Math.Min(piece.Length, file.Length - Math.Min(place, file.Length)))
                    .CopyTo(file.AsSpan(Math.Min(place, file.Length)));
            }

            return length <= 0 ? file[..Math.Max(0, file.Length + length)] : [.. file, .. new byte[length]];
        }
    }

    /// <summary>From a stream a file is read or refused just as in memory.</summary>
    private static void AssertStreamAgrees(byte[] file)
    {
        float[]? inMemory = null, streamed = null;
        try
        {
            inMemory = NpyFile.Decode<float>(file, out _).ToArray();
        }
        catch (InvalidDataException)
        {
            // Then so does the stream.
        }

        try
        {
            streamed = NpyFile.ReadAsync<float>(new MemoryStream(file), file.Length, CancellationToken.None).GetAwaiter().GetResult().Values;
        }
        catch (InvalidDataException)
        {
            // Then so does the memory.
        }

        Assert.Equal(inMemory, streamed);
    }

    private static bool RoundTrips<T>(T[] values)
        where T : unmanaged
    {
        var file = NpyFile.Encode<T>(values, values.Length, 1);
        var decoded = NpyFile.Decode<T>(file, out var shape);
        var expected = System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values);
        return shape.SequenceEqual([values.Length, 1])
            && System.Runtime.InteropServices.MemoryMarshal.AsBytes(decoded).SequenceEqual(expected);
    }

    private sealed class TricklingStream(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
