using DpSynth.Numerics.LinearAlgebra;
using DpSynth.Numerics.Search;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Numerics.Tests.Search;

public sealed class SearchPlanTests
{
    [Fact]
    public void A_plan_stays_below_its_bound_for_any_sizes()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new SeededRandom((ulong)seed);
            var (queries, candidates, depth) = (UpTo(1_000_000_000), UpTo(1_000_000_000), UpTo(50_000_000));
            var neighbours = Math.Min(UpTo(10_000), candidates);
            var memory = (5L << 20) + (UpTo(1_000_000_000) * 4L);
            var plan = SearchPlan.For(queries, candidates, depth, neighbours, memory, UpTo(256));
            Assert.InRange(plan.WorkingBytes, 1, memory);
            Assert.InRange(plan.QueriesAtOnce, 1, queries);
            Assert.InRange(plan.DepthAtOnce, 1, depth);
            Assert.True(plan.Threads >= 1 && plan.CandidatesAtOnce >= 1 && plan.CandidatesAtOnce % TileProduct.RightWidth == 0);

            // Spread over orders of magnitude.
            int UpTo(int largest) => (int)Math.Exp(random.NextDouble(0, Math.Log(largest)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Fact]
    public void A_plan_takes_everything_at_once_where_the_bound_allows()
    {
        var plan = SearchPlan.For(60_000, 60_000, 128, 1, NearestNeighbours.DefaultMemoryBytes, 2);
        Assert.True(plan.SharesCandidates);
        Assert.Equal((60_000, 2), (plan.QueriesAtOnce, plan.Threads));
        Assert.InRange(plan.CandidatesAtOnce, 60_000, 60_000 + TileProduct.RightWidth);
    }
}
