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
    [InlineData("000008037FFFFFFF7FFFFFFF7FFFFFFF05", "should hold")]
    public void ReadImages_says_what_is_wrong_with_a_broken_file(string hex, string reason)
    {
        Write(Convert.FromHexString(hex));
        var fault = Assert.Throws<InvalidDataException>(() => IdxFile.ReadImages(path));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadImages_reads_or_refuses_any_bytes()
    {
        var contents = Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf().ToArbitrary();
        Prop.ForAll(contents, (byte[] tail) =>
        {
            Write([0, 0, 8, 3, 0, 0, 0, .. tail]);
            try
            {
                Assert.Equal(tail.Length + 7 - 16, IdxFile.ReadImages(path).Pixels.Length);
            }
            catch (InvalidDataException)
            {
            }
        }).Check(Config.QuickThrowOnFailure);
    }

    private void Write(byte[] bytes) => File.WriteAllBytes(path, bytes);
}
