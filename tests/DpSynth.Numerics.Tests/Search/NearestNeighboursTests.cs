using DpSynth.Numerics.LinearAlgebra;
using DpSynth.Numerics.Search;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Numerics.Tests.Search;

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

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.InnerProduct)]
    public void Find_agrees_with_a_naive_search_to_the_last_tie_where_arithmetic_is_exact(Metric metric)
    {
        // Few small whole numbers: many candidates are equal, many more equally far, and float32 makes no error.
        var inputs = Gen.Choose(1, 40).Four().Zip(Gen.Choose(0, 1_000_000)).ToArbitrary();
        Prop.ForAll(inputs, ((((int Queries, int Candidates, int Dimension, int Neighbours) Size, int Seed) input) =>
        {
            var (rows, count, dimension, k) = input.Size;
            dimension = 1 + (dimension / 10);
            var queries = Whole(rows, dimension, input.Seed);
            var candidates = Whole(count, dimension, input.Seed + 1);
            k = input.Seed % 3 == 0 ? count : k;
            Assert.Equal(Naive(queries, candidates, metric, Math.Min(k, count)), NearestNeighbours.Find(queries, candidates, metric, k).Indices);
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.InnerProduct)]
    public void Find_does_not_depend_on_how_the_search_is_cut_up(Metric metric)
    {
        var inputs = Gen.Choose(0, 1_000_000).ToArbitrary();
        Prop.ForAll(inputs, seed =>
        {
            var random = new SeededRandom((ulong)seed);
            var depth = 2 + random.NextInt(1_200);
            var queries = Whole(1 + random.NextInt(500), depth, seed);
            var candidates = Whole(1 + random.NextInt(1_300), depth, seed + 1);
            var k = 1 + random.NextInt(Math.Min(20, candidates.Rows));
            var plan = new SearchPlan
            {
                Depth = depth,
                Neighbours = k,
                Threads = 1 + random.NextInt(3),
                QueriesAtOnce = 1 + random.NextInt(queries.Rows),
                CandidatesAtOnce = TileProduct.RightWidth * (1 + random.NextInt(30)),
                DepthAtOnce = 1 + random.NextInt(depth),
            };
            Assert.Equal(
                NearestNeighbours.Find(queries, candidates, metric, k).Indices,
                NearestNeighbours.Find(queries, candidates, metric, plan, CancellationToken.None).Indices);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Theory]
    [InlineData(Metric.L2, -140)]
    [InlineData(Metric.L2, -100)]
    [InlineData(Metric.L2, 126)]
    [InlineData(Metric.Cosine, -140)]
    [InlineData(Metric.Cosine, 126)]
    [InlineData(Metric.InnerProduct, -140)]
    [InlineData(Metric.InnerProduct, 126)]
    public void Find_does_not_depend_on_the_unit(Metric metric, int exponent)
    {
        var queries = Whole(50, 6, 11);
        var candidates = Whole(200, 6, 12);
        var expected = NearestNeighbours.Find(queries, candidates, metric, 7).Indices;
        Assert.Equal(expected, NearestNeighbours.Find(Scaled(queries, exponent), Scaled(candidates, exponent), metric, 7).Indices);
        if (metric != Metric.L2)
        {
            Assert.Equal(expected, NearestNeighbours.Find(Scaled(queries, -Math.Max(exponent, -120)), Scaled(candidates, exponent), metric, 7).Indices);
        }
    }

    [Fact]
    public void Find_gives_queries_of_zeros_the_first_candidates_of_any_direction()
    {
        var candidates = Uniform(40, 5, 13);
        var zeros = new EmbeddingMatrix(2, 5);
        Assert.Equal([0, 1, 2, 0, 1, 2], NearestNeighbours.Find(zeros, candidates, Metric.Cosine, 3).Indices);
        Assert.Equal([0, 1, 2, 0, 1, 2], NearestNeighbours.Find(zeros, candidates, Metric.InnerProduct, 3).Indices);
    }

    [Theory]
    [InlineData(Metric.L2)]
    [InlineData(Metric.Cosine)]
    [InlineData(Metric.InnerProduct)]
    public void Find_breaks_exact_ties_by_the_lowest_index(Metric metric)
    {
        // Every candidate comes 20 times, in other panels and tiles.
        var distinct = Uniform(61, 7, 5);
        var candidates = new EmbeddingMatrix(61 * 20, 7);
        for (var i = 0; i < candidates.Rows; i++)
        {
            distinct[i % 61].CopyTo(candidates[i]);
        }

        var queries = Uniform(200, 7, 6);
        var table = NearestNeighbours.Find(queries, candidates, metric, 3);
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

    [Theory]
    [InlineData(1e30f)]
    [InlineData(1e16f)]
    [InlineData(1e-30f)]
    public void Query_of_any_size_changes_nothing_for_the_others(float size)
    {
        var (queries, candidates) = (Uniform(500, 24, 21), Uniform(60, 24, 22));
        var alone = NearestNeighbours.Find(queries, candidates, Metric.L2, 3);
        var with = new EmbeddingMatrix(501, 24);
        queries.Values.CopyTo(with.Values);
        with.Values[(500 * 24)..].Fill(size);

        var beside = NearestNeighbours.Find(with, candidates, Metric.L2, 3);

        Assert.Equal(alone.Indices, beside.Indices[..alone.Indices.Length]);
        Assert.Equal(3, beside[500].ToArray().Distinct().Count(index => index is >= 0 and < 60));
    }

    [Fact]
    public void Find_accepts_no_queries()
    {
        Assert.Empty(NearestNeighbours.Find(new EmbeddingMatrix(0, 3), Uniform(2, 3, 1), Metric.L2).Indices);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Find_refuses_values_that_are_not_finite(float value)
    {
        var sound = Uniform(4, 3, 1);
        var broken = Uniform(4, 3, 2);
        broken[2][1] = value;
        foreach (var metric in Enum.GetValues<Metric>())
        {
            Assert.Contains(
                "not finite", Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(sound, broken, metric)).Message, StringComparison.Ordinal);
            Assert.Contains(
                "not finite", Assert.Throws<ArgumentException>(() => NearestNeighbours.Find(broken, sound, metric)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Find_refuses_a_memory_bound_that_no_search_could_hold()
    {
        var rows = Uniform(3, 3_000, 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => NearestNeighbours.Find(rows, rows, Metric.L2, memoryBytes: 100_000));
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

    /// <summary>Every candidate's score in float64, sorted; of equal scores the lowest index first.</summary>
    private static int[] Naive(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int k) =>
        [.. Enumerable.Range(0, queries.Rows).SelectMany(query => Enumerable.Range(0, candidates.Rows)
            .OrderByDescending(i => Score(queries[query], candidates[i], metric)).ThenBy(i => i).Take(k))];

    private static EmbeddingMatrix Scaled(EmbeddingMatrix matrix, int exponent) =>
        new(matrix.Rows, matrix.Columns, Array.ConvertAll(matrix.Values.ToArray(), value => MathF.ScaleB(value, exponent)));

    /// <summary>Whole numbers from −2 to 2, among them rows of zeros and many duplicates where the dimension is low.</summary>
    private static EmbeddingMatrix Whole(int rows, int columns, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var matrix = new EmbeddingMatrix(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            if (random.NextInt(10) > 0)
            {
                foreach (ref var value in matrix[row])
                {
                    value = random.NextInt(5) - 2;
                }
            }
        }

        return matrix;
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
