using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Embedders.Tests;

public sealed class OnnxNearestNeighboursTests
{
    [Theory]
    [InlineData(Metric.L2, 1, 512 << 20)]
    [InlineData(Metric.L2, 7, 4_000)]
    [InlineData(Metric.InnerProduct, 7, 4_000)]
    [InlineData(Metric.InnerProduct, 300, 1)]
    public void Find_agrees_with_the_other_search_to_the_last_tie(Metric metric, int neighbours, long scoreBytes)
    {
        // Small whole numbers, for which float32 makes no error; many candidates are equal.
        var queries = Whole(70, 5, 1);
        var candidates = Whole(300, 5, 2);
        Assert.Equal(
            NearestNeighbours.Find(queries, candidates, metric, neighbours).Indices,
            OnnxNearestNeighbours.Find(queries, candidates, metric, neighbours, new InferenceOptions(), scoreBytes).Indices);
    }

    [Fact]
    public void Find_breaks_ties_of_the_cosine_by_the_lowest_index()
    {
        var candidates = new EmbeddingMatrix(400, 6);
        for (var i = 0; i < candidates.Rows; i++)
        {
            candidates[i].Fill(1 + (i % 2));
        }

        var table = OnnxNearestNeighbours.Find(Whole(20, 6, 3), candidates, Metric.Cosine, 3, new InferenceOptions());
        for (var query = 0; query < 20; query++)
        {
            Assert.Equal([0, 1, 2], table[query].ToArray());
        }
    }

    [Fact]
    public void Find_refuses_values_that_are_not_finite()
    {
        var broken = Whole(4, 3, 4);
        broken[1][2] = float.NaN;
        Assert.Throws<ArgumentException>(() => OnnxNearestNeighbours.Find(broken, Whole(4, 3, 5), Metric.L2, 1, new InferenceOptions()));
    }

    private static EmbeddingMatrix Whole(int rows, int columns, ulong seed)
    {
        var random = new SeededRandom(seed);
        var matrix = new EmbeddingMatrix(rows, columns);
        foreach (ref var value in matrix.Values)
        {
            value = random.NextInt(5) - 2;
        }

        return matrix;
    }
}
