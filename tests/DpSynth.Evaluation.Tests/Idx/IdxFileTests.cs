using System.Buffers.Binary;
using System.Numerics;
using DpSynth.Evaluation.Idx;
using DpSynth.Imaging;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Evaluation.Tests.Idx;

public sealed class IdxFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void ReadImages_reads_width_and_height_in_the_right_order()
    {
        Write([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6]);
        var images = IdxFile.ReadImages(path);
        Assert.Equal(new ImageShape(Width: 3, Height: 1, Channels: 1), images.Shape);
        Assert.Equal(2, images.Count);
        Assert.Equal([4, 5, 6], images[1].ToArray());
    }

    [Fact]
    public void ReadLabels_reads_one_byte_a_label()
    {
        Write([0, 0, 8, 1, 0, 0, 0, 3, 9, 0, 7]);
        Assert.Equal([9, 0, 7], IdxFile.ReadLabels(path));
    }

    [Fact]
    public void Read_reads_MNIST()
    {
        Assert.Equal(60_000, Mnist.Training.Images.Count);
        Assert.Equal(new ImageShape(28, 28, 1), Mnist.Test.Images.Shape);
        Assert.Equal([7, 2, 1, 0, 4], Mnist.Test.Labels[..5]);
        Assert.Equal(10, Mnist.Test.Classes);
    }

    [Theory]
    [InlineData("000008", "ends inside its header")]
    [InlineData("00000803000000010000000100000001", "should hold 1×1×1 bytes")]
    [InlineData("0000080300000001000000010000000105FF", "should hold 1×1×1 bytes")]
    [InlineData("00000801000000010000000100000001", "starts with 00000801")]
    [InlineData("00000D0300000001000000010000000105", "starts with 00000D03")]
    [InlineData("1F8B08080300000001000000010000000105", "is it compressed?")]
    [InlineData("00000803FFFFFFFF000000010000000105", "states a dimension of 4294967295")]
    [InlineData("0000080300000000000000000000001C", "holds images of 28×0 pixels")]
    [InlineData("00000803000000000000FFFF0000FFFF", "holds images of 65535×65535 pixels")]
    [InlineData("000008037FFFFFFF7FFFFFFF7FFFFFFF05", "should hold")]
    public void ReadImages_says_what_is_wrong_with_a_broken_file(string hex, string reason)
    {
        Write(Convert.FromHexString(hex));
        var fault = Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Valid files with up to two bytes set to others and a little cut off or added: what the header says decides, and nothing else.</summary>
    [Fact]
    public void ReadImages_reads_a_changed_file_if_its_header_still_holds_and_says_what_is_wrong_if_not()
    {
        int read = 0, behindType = 0, all = 0;
        Prop.ForAll(Changed().ToArbitrary(), file =>
        {
            Write(file);
            all++;
            if (Reason(file) is { } reason)
            {
                var fault = Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path));
                Assert.Equal($"The file '{path}' {reason}.", fault.Message);
                behindType += reason.Contains("starts with", StringComparison.Ordinal) || reason.StartsWith("ends", StringComparison.Ordinal) ? 0 : 1;
                return;
            }

            var images = IdxFile.ReadImages(path);
            Assert.Equal((Dimension(file, 0), Dimension(file, 1), Dimension(file, 2)), (images.Count, images.Shape.Height, images.Shape.Width));
            Assert.Equal(file[16..], images.Pixels.ToArray());
            read++;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

        Assert.True(read > all / 10 && behindType > all / 5, $"Of {all} files {read} were read and {behindType} refused for more than their first bytes.");
    }

    private static Gen<byte[]> Changed() =>
        from count in Gen.Choose(0, 3)
        from height in Gen.Choose(1, 4)
        from width in Gen.Choose(1, 4)
        from values in Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf(count * height * width)
        from changes in Gen.Zip(
            Gen.OneOf(Gen.Choose(0, 15), Gen.Choose(4, 15 + values.Length)), Gen.Elements<byte>(0, 1, 2, 3, 4, 8, 13, 127, 128, 255)).ArrayOf(2)
        from changed in Gen.Choose(0, 2)
        from length in Gen.Elements(0, 0, 0, 0, -1, 1, -9)
        select Resized(Apply([0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, (byte)height, 0, 0, 0, (byte)width, .. values], changes[..changed]), length);

    private static byte[] Apply(byte[] file, (int Place, byte Value)[] changes)
    {
        foreach (var (place, value) in changes)
        {
            file[place] = value;
        }

        return file;
    }

    private static byte[] Resized(byte[] file, int by) => by <= 0 ? file[..Math.Max(0, file.Length + by)] : [.. file, .. new byte[by]];

    private static int Dimension(byte[] file, int number) => BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(4 + (4 * number)));

    /// <summary>What is wrong with a file, by the format's description; null if nothing is.</summary>
    private static string? Reason(byte[] file)
    {
        if (file.Length < 16)
        {
            return "ends inside its header";
        }

        if (file is not [0, 0, 8, 3, ..])
        {
            return $"starts with {Convert.ToHexString(file[..4])}; an IDX file of images starts with 00000803 (is it compressed?)";
        }

        int[] dimensions = [Dimension(file, 0), Dimension(file, 1), Dimension(file, 2)];
        if (dimensions.Any(dimension => dimension < 0))
        {
            return $"states a dimension of {(uint)dimensions.First(dimension => dimension < 0)}";
        }

        var held = file.Length - 16;
        return dimensions.Aggregate(BigInteger.One, (product, dimension) => product * dimension) != held
            ? $"should hold {string.Join('×', dimensions)} bytes after its header, but holds {held}"
            : dimensions[1] == 0 || dimensions[2] == 0 || (long)dimensions[1] * dimensions[2] > Array.MaxLength
                ? $"holds images of {dimensions[2]}×{dimensions[1]} pixels"
                : null;
    }

    private void Write(byte[] bytes) => File.WriteAllBytes(path, bytes);
}
