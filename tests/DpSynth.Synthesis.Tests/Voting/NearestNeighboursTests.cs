using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Randomness;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Voting;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Voting;

public sealed class NearestNeighboursTests
{
    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.InnerProduct)]
    public void Find_returns_the_best_candidates_in_order_for_any_sizes(Metric metric)
    {
        var inputs = Gen.Choose(1, 60).Four().Zip(Gen.Choose(0, 1_000_000)).ToArbitrary();
        Prop.ForAll(inputs, ((((int Queries, int Candidates, int Dimension, int Neighbours) Size, int Seed) input) =>
        {
            var (rows, count, dimension, k) = input.Size;
            var queries = Uniform(rows, dimension, input.Seed);
            var candidates = Uniform(count, dimension, input.Seed + 1);
            AssertBest(queries, candidates, metric, k, NearestNeighbours.Find(queries, candidates, metric, k));
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    [Theory]
    [InlineData(500, 2_100, 600, 1)]
    [InlineData(193, 1_025, 49, 12)]
    public void Find_returns_the_best_candidates_across_blocks(int rows, int count, int dimension, int k)
    {
        var queries = Uniform(rows, dimension, 1);
        var candidates = Uniform(count, dimension, 2);
        AssertBest(queries, candidates, Metric.L2, k, NearestNeighbours.Find(queries, candidates, Metric.L2, k));
    }

    [Fact]
    public void Find_does_not_depend_on_the_memory_bound()
    {
        var queries = Uniform(300, 33, 3);
        var candidates = Uniform(1_000, 33, 4);
        var expected = NearestNeighbours.Find(queries, candidates, Metric.L2, 5).Indices;
        Assert.Equal(expected, NearestNeighbours.Find(queries, candidates, Metric.L2, 5, memoryBytes: 1).Indices);
    }

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.InnerProduct)]
    public void Find_breaks_exact_ties_by_the_lowest_index(Metric metric)
    {
        // Every candidate comes 20 times, in other panels, tiles and memory blocks.
        var distinct = Uniform(61, 7, 5);
        var candidates = new EmbeddingMatrix(61 * 20, 7);
        for (var i = 0; i < candidates.Rows; i++)
        {
            distinct[i % 61].CopyTo(candidates[i]);
        }

        var queries = Uniform(200, 7, 6);
        var table = NearestNeighbours.Find(queries, candidates, metric, 3, memoryBytes: 1);
        for (var query = 0; query < table.Queries; query++)
        {
            var nearest = table[query];
            Assert.InRange(nearest[0], 0, 60);
            Assert.Equal([nearest[0], nearest[0] + 61, nearest[0] + 122], nearest.ToArray());
        }
    }

    [Fact]
    public void Find_returns_every_candidate_once_when_more_are_asked_for()
    {
        var table = NearestNeighbours.Find(Uniform(9, 4, 7), Uniform(5, 4, 8), Metric.L2, 100);
        Assert.Equal(5, table.Neighbours);
        for (var query = 0; query < table.Queries; query++)
        {
            Assert.Equal([0, 1, 2, 3, 4], table[query].ToArray().Order());
        }
    }

    [Fact]
    public void Find_finds_a_query_among_the_candidates()
    {
        var candidates = Uniform(777, 40, 9);
        Assert.Equal(Enumerable.Range(0, 777), NearestNeighbours.Find(candidates, candidates, Metric.L2).Indices);
    }

    [Fact]
    public void Find_gives_candidates_of_zeros_the_cosine_0()
    {
        var candidates = new EmbeddingMatrix(3, 2, new float[] { -1, 0, 0, 0, -1, -1 });
        Assert.Equal([1], NearestNeighbours.Find(new EmbeddingMatrix(1, 2, new float[] { 1, 0 }), candidates, Metric.Cosine).Indices);
    }

    [Fact]
    public void Find_accepts_no_queries()
    {
        Assert.Empty(NearestNeighbours.Find(new EmbeddingMatrix(0, 3), Uniform(2, 3, 1), Metric.L2).Indices);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    public void Find_refuses_values_that_cannot_be_compared(float value)
    {
        var sound = Uniform(4, 3, 1);
        var broken = Uniform(4, 3, 2);
        broken[2][1] = value;
        Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(sound, broken, Metric.L2));
        if (!float.IsFinite(value))
        {
            Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(broken, sound, Metric.L2));
        }
    }

    [Fact]
    public void Find_refuses_operands_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(Uniform(2, 3, 1), Uniform(2, 4, 1), Metric.L2));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbours.Find(Uniform(2, 3, 1), new EmbeddingMatrix(0, 3), Metric.L2));
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbours.Find(Uniform(2, 3, 1), Uniform(2, 3, 1), Metric.L2, 0));
    }

    private static void AssertBest(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int k, NeighbourTable table)
    {
        Assert.Equal(Math.Min(k, candidates.Rows), table.Neighbours);
        for (var query = 0; query < queries.Rows; query++)
        {
            var scores = Enumerable.Range(0, candidates.Rows).Select(i => Score(queries[query], candidates[i], metric)).ToArray();
            var best = scores.OrderDescending().ToArray();
            var found = table[query].ToArray();
            Assert.Equal(found.Length, found.Distinct().Count());
            for (var rank = 0; rank < found.Length; rank++)
            {
                // float32 may swap candidates whose scores agree to its resolution, never more.
                Assert.Equal(best[rank], scores[found[rank]], 1e-5 * (1 + queries.Columns));
            }
        }
    }

    private static double Score(ReadOnlySpan<float> query, ReadOnlySpan<float> candidate, Metric metric)
    {
        var (product, squared) = (0.0, 0.0);
        for (var i = 0; i < query.Length; i++)
        {
            product += (double)query[i] * candidate[i];
            squared += (double)candidate[i] * candidate[i];
        }

        return metric switch
        {
            Metric.L2 => product - (squared / 2),
            Metric.Cosine => product / Math.Sqrt(squared),
            _ => product,
        };
    }

    private static EmbeddingMatrix Uniform(int rows, int columns, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var matrix = new EmbeddingMatrix(rows, columns);
        foreach (ref var value in matrix.Values)
        {
            value = (float)random.NextDouble(-1, 1);
        }

        return matrix;
    }
}
