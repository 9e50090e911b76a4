using DpSynth.Privacy.Auditing;

namespace DpSynth.Privacy.Tests.Auditing;

public sealed class OneRunAuditTests
{
    [Fact]
    public void All_guesses_right_refute_what_randomised_response_would_need()
    {
        // Pure ε: β = q^r at v = r, so that the bound is the logit of 0.05^(1/r).
        var q = Math.Pow(0.05, 1.0 / 100);

        Assert.Equal(Math.Log(q / (1 - q)), new OneRunAudit(100, 100, 100).EpsilonLowerBound(0, 0.05), 1e-9);
    }

    [Fact]
    public void More_canaries_than_half_an_int_refute_no_more_than_fewer_do()
    {
        // 2·m leaves the range of an int: wrapped around, the term 2·m·δ·α became negative and the p-value too small.
        var half = new OneRunAudit(1_000_000_000, 100, 90).PValue(0.1, 1e-10);
        var beta = new OneRunAudit(1_000_000_000, 100, 90).PValue(0.1, 0);

        Assert.Equal(beta + (2 * (half - beta)), new OneRunAudit(2_000_000_000, 100, 90).PValue(0.1, 1e-10), 1e-15);
        Assert.True(half > beta);
    }

    [Theory]
    [InlineData(10, 10, 8, 0.5, 0.01)]
    [InlineData(40, 12, 12, 2, 1e-3)]
    [InlineData(1000, 25, 20, 1, 1e-5)]
    [InlineData(5, 5, 0, 0.1, 0.1)]
    [InlineData(10, 1, 1, 1, 0.01)]
    public void P_value_is_the_one_of_the_theorem(int canaries, int guesses, int correct, double epsilon, double delta)
    {
        // Directly from Pascal's triangle.
        var q = Math.Exp(epsilon) / (1 + Math.Exp(epsilon));
        double Mass(int k)
        {
            var mass = Math.Pow(q, k) * Math.Pow(1 - q, guesses - k);
            for (var i = 1; i <= k; i++)
            {
                mass *= (guesses - k + i) / (double)i;
            }

            return mass;
        }

        var beta = Enumerable.Range(correct, guesses - correct + 1).Sum(Mass);
        var alpha = Enumerable.Range(1, correct).Select(i => Enumerable.Range(correct - i, i).Sum(Mass) / i).DefaultIfEmpty(0).Max();

        Assert.Equal(Math.Min(1, beta + (2 * canaries * delta * alpha)), new OneRunAudit(canaries, guesses, correct).PValue(epsilon, delta), 1e-12);
    }

    [Fact]
    public void Bound_is_refuted_just_below_and_not_just_above()
    {
        OneRunAudit audit = new(500, 100, 80);
        var bound = audit.EpsilonLowerBound(1e-5, 0.05);

        Assert.True(audit.PValue(bound - 1e-6, 1e-5) <= 0.05);
        Assert.True(audit.PValue(bound + 1e-6, 1e-5) > 0.05);
        Assert.InRange(bound, 0.5, Math.Log(4));
    }

    [Fact]
    public void More_right_guesses_refute_more_and_a_larger_delta_less()
    {
        for (var correct = 50; correct < 100; correct++)
        {
            var bound = new OneRunAudit(200, 100, correct).EpsilonLowerBound(1e-6, 0.05);
            Assert.True(new OneRunAudit(200, 100, correct + 1).EpsilonLowerBound(1e-6, 0.05) >= bound);
            Assert.True(new OneRunAudit(200, 100, correct).EpsilonLowerBound(1e-4, 0.05) <= bound);
        }

        Assert.Equal(0, new OneRunAudit(200, 100, 50).EpsilonLowerBound(1e-6, 0.05));
    }

    [Fact]
    public void Randomised_response_is_wrongly_refuted_no_more_often_than_stated()
    {
        // 2,000 runs; with a chance of 5% each, more than 160 have a probability below 1e-8.
        const double Epsilon = 1;
        Random random = new(40);
        var q = 1 / (1 + Math.Exp(-Epsilon));
        var wrong = 0;
        for (var run = 0; run < 2000; run++)
        {
            var correct = Enumerable.Range(0, 50).Count(_ => random.NextDouble() < q);
            wrong += new OneRunAudit(50, 50, correct).PValue(Epsilon, 0) <= 0.05 ? 1 : 0;
        }

        Assert.InRange(wrong, 1, 160);
    }

    [Fact]
    public void Impossible_counts_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 11, 5).PValue(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 6).PValue(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, -1).PValue(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).PValue(double.NaN, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneRunAudit(10, 5, 1).EpsilonLowerBound(1, 0.05));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Upper(2, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearson.Upper(1, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoWorldAudit(1, 1, 10).EpsilonLowerBound(double.NaN, 0.05));
    }
}
