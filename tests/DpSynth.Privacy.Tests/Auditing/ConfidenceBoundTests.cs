using DpSynth.Privacy.Auditing;

namespace DpSynth.Privacy.Tests.Auditing;

public sealed class ConfidenceBoundTests
{
    /// <summary>(1 − p)^n = 1 − confidence where no trial succeeded, and the mirror image where every one did.</summary>
    [Theory]
    [InlineData(1, 0.95)]
    [InlineData(10, 0.5)]
    [InlineData(1000, 0.975)]
    [InlineData(1_000_000, 0.999)]
    public void Bounds_of_none_and_of_all_are_the_closed_forms(long trials, double confidence)
    {
        var root = Math.Pow(1 - confidence, 1.0 / trials);

        Assert.Equal(1 - root, ClopperPearson.Upper(0, trials, confidence), 1e-13);
        Assert.Equal(root, ClopperPearson.Lower(trials, trials, confidence), 1e-13);
        Assert.Equal((1, 0), (ClopperPearson.Upper(trials, trials, confidence), ClopperPearson.Lower(0, trials, confidence)));
    }

    [Fact]
    public void Bounds_are_rounded_outward()
    {
        // A trial or more of 2 with a chance of p: 1 − (1 − p)². At a half, p lies between two doubles.
        var lower = ClopperPearson.Lower(1, 2, 0.5);

        Assert.True(BetaDistribution.LogBinomialTail(1, 2, lower) < Math.Log(0.5));
        Assert.True(BetaDistribution.LogBinomialTail(1, 2, Math.BitIncrement(lower)) >= Math.Log(0.5));
        var upper = ClopperPearson.Upper(1, 2, 0.5);
        Assert.True(BetaDistribution.LogCdf(1 - upper, 1, 2) <= Math.Log(0.5));
        Assert.True(BetaDistribution.LogCdf(1 - Math.BitDecrement(upper), 1, 2) > Math.Log(0.5));
    }

    // Clopper-Pearson bounds and quantiles of the normal law by bisection with 30 digits.
    [Theory]
    [InlineData(0, 0, 1000, 0.05, 1e-5, 5.6005774942916352, 5.3598225375490357)]
    [InlineData(30, 80, 1000, 0.05, 1e-5, 3.0532476341733799, 3.011502693113632)]
    [InlineData(80, 30, 1000, 0.05, 1e-5, 3.0532476341733799, 3.011502693113632)]
    [InlineData(450, 200, 1000, 0.05, 1e-5, 0.82978982957031795, 0.79808606366348337)]
    [InlineData(600, 20, 1000, 0.05, 0, 2.4871518338444976, 1.5370550878146322)]
    [InlineData(0, 500, 1000, 0.05, 1e-5, 4.8461408435543645, 2.6009938973595729)]
    [InlineData(400, 500, 1000, 0.05, 0, 0.08325097620242373, 0.094602120305920671)]
    [InlineData(5, 5, 10, 0.1, 0.2, 0, 0)]
    [InlineData(10, 10, 10, 0.1, 0.2, 0, 0)]
    [InlineData(1000, 0, 1000, 0.05, 0, 0, 0)]
    [InlineData(0, 1000, 1000, 0.05, 0, 0, 0)]
    [InlineData(1000, 1000, 1000, 0.05, 0, 0, 0)]
    public void Two_worlds_refute_what_the_reference_refutes(
        long falsePositives, long falseNegatives, long trials, double alpha, double delta, double epsilon, double mu)
    {
        TwoWorldAudit audit = new(falsePositives, falseNegatives, trials);

        Assert.Equal(epsilon, audit.EpsilonLowerBound(delta, alpha), 1e-9);
        Assert.Equal(mu, audit.MuLowerBound(alpha), 1e-9);
    }

    [Fact]
    public void Arguments_out_of_range_are_refused_and_those_at_the_end_of_it_are_not()
    {
        TwoWorldAudit audit = new(1, 1, 10);
        Assert.StartsWith(
            "delta must lie inside [0, 1).",
            Assert.Throws<ArgumentOutOfRangeException>(() => audit.EpsilonLowerBound(1, 0.05)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => audit.EpsilonLowerBound(-1e-9, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => audit.EpsilonLowerBound(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => audit.MuLowerBound(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoWorldAudit(0, 0, 0).MuLowerBound(0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoWorldAudit(-1, 0, 10).MuLowerBound(0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoWorldAudit(0, 11, 10).MuLowerBound(0.05));

        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(0, 0, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(-1, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(2, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Lower(1, 1, 0));

        Assert.StartsWith(
            "delta must lie inside [0, 1).",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).PValue(1, 1)).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "6 right ones of 5 guesses about 10 canaries are not possible.",
            Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 6).PValue(1, 0)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(0, 0, 0).PValue(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(1, -1, -1).PValue(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).PValue(-1e-9, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).EpsilonLowerBound(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).EpsilonLowerBound(0, 1));

        // Nothing guessed, and everything guessed right, are possible: the first says nothing.
        Assert.Equal(1, new OneRunAudit(1, 0, 0).PValue(0, 0));
        Assert.Equal(1.0 / 16, new OneRunAudit(4, 4, 4).PValue(0, 0), 1e-14);
    }

    [Fact]
    public void Accuracy_that_rounds_to_one_leaves_a_p_value_of_one()
    {
        Assert.Equal(1, new OneRunAudit(10, 5, 5).PValue(800, 0.5));
        Assert.Equal(0, new OneRunAudit(10, 5, 0).EpsilonLowerBound(0, 0.05));
    }
}
