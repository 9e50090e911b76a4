using DpSynth.Numerics;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of private embeddings keeps to.</summary>
public abstract class PrivateEmbeddingsContract
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract IPrivateEmbeddings Embeddings { get; }

    [Fact]
    public async Task Embeddings_that_are_not_there_yet_are_null()
    {
        await Embeddings.WriteEmbeddingsAsync(_run, 3, new EmbeddingMatrix(1, 1), None);
        Assert.Null(await Embeddings.ReadEmbeddingsAsync(_run, 4, None));
        Assert.Null(await Embeddings.ReadEmbeddingsAsync(UniqueName.Of("run"), 3, None));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(1000, 128)]
    public async Task Embeddings_come_back_bit_for_bit(int rows, int columns)
    {
        var written = new EmbeddingMatrix(rows, columns);
        for (var i = 0; i < written.Values.Length; i++)
        {
            written.Values[i] = BitConverter.Int32BitsToSingle(i * 7919);
        }

        var expected = Bits(written);
        await Embeddings.WriteEmbeddingsAsync(_run, 0, written, None);
        written.Values.Fill(1);

        var read = (await Embeddings.ReadEmbeddingsAsync(_run, 0, None))!;
        Assert.Equal((rows, columns), (read.Rows, read.Columns));
        Assert.Equal(expected, Bits(read));
        read.Values.Fill(2);
        Assert.Equal(expected, Bits((await Embeddings.ReadEmbeddingsAsync(_run, 0, None))!));
    }

    [Fact]
    public async Task Embeddings_written_again_take_the_place_of_the_first()
    {
        await Embeddings.WriteEmbeddingsAsync(_run, 0, new EmbeddingMatrix(2, 1, new float[] { 1, 2 }), None);
        await Embeddings.WriteEmbeddingsAsync(_run, 0, new EmbeddingMatrix(1, 2, new float[] { 3, 4 }), None);
        var read = (await Embeddings.ReadEmbeddingsAsync(_run, 0, None))!;
        Assert.Equal((1, 2), (read.Rows, read.Columns));
        Assert.Equal([3, 4], read.Values);
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_write_nothing()
    {
        await Stopped.CallsAsync(
            stop => Embeddings.WriteEmbeddingsAsync(_run, 0, new EmbeddingMatrix(1, 1), stop),
            stop => Embeddings.ReadEmbeddingsAsync(_run, 0, stop));
        Assert.Null(await Embeddings.ReadEmbeddingsAsync(_run, 0, None));
    }

    private static int[] Bits(EmbeddingMatrix matrix) => [.. matrix.Values.ToArray().Select(BitConverter.SingleToInt32Bits)];
}
