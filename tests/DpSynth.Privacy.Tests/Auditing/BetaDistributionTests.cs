using DpSynth.Privacy.Auditing;

namespace DpSynth.Privacy.Tests.Auditing;

public sealed class BetaDistributionTests
{
    // Logarithms of exact fractions, from integers of any length and 50 decimal digits.
    [Theory]
    [InlineData(0, 3, 0.25, -0.8630462173553427823, 0)]
    [InlineData(3, 3, 0.25, -4.1588830833596718565, -4.1588830833596718565)]
    [InlineData(7, 20, 0.3, -1.8062926549204250303, -0.9365184706297643749)]
    [InlineData(20, 20, 0.99, -0.2010067170700288236, -0.2010067170700288236)]
    [InlineData(1, 1000, 0.001, -0.9994998332499499666, -0.4583840780920386187)]
    [InlineData(500, 1000, 0.5, -3.6799189920941293417, -0.6682350621326347656)]
    [InlineData(14, 14, 1.0 / 3, -15.380572041353535679, -15.380572041353535679)]
    [InlineData(950, 1000, 0.9, -19.557475597901118005, -18.932312086826234164)]
    public void Binomial_mass_and_tail_are_the_exact_ones(long successes, long trials, double probability, double mass, double tail)
    {
        Assert.Equal(mass, BetaDistribution.LogBinomialMass(successes, trials, probability), 1e-11);
        Assert.Equal(tail, BetaDistribution.LogBinomialTail(successes, trials, probability), 1e-11);
    }

    [Fact]
    public void Tail_begins_at_one_and_ends_behind_the_trials()
    {
        Assert.Equal(0, BetaDistribution.LogBinomialTail(-1, 5, 0.3));
        Assert.Equal(0, BetaDistribution.LogBinomialTail(0, 5, 0.3));
        Assert.Equal(5 * Math.Log(0.25), BetaDistribution.LogBinomialTail(5, 5, 0.25), 1e-13);
        Assert.Equal(double.NegativeInfinity, BetaDistribution.LogBinomialTail(6, 5, 0.3));
    }

    [Theory]
    [InlineData(-1, double.NegativeInfinity)]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    public void Law_begins_at_zero_and_ends_at_one(double x, double expected) => Assert.Equal(expected, BetaDistribution.LogCdf(x, 2, 3));

    /// <summary>I_x(a, 1) = x^a, I_x(1, b) = 1 − (1 − x)^b, and the law of the arc sine: I_x(½, ½) = 2 arcsin √x ÷ π.</summary>
    [Fact]
    public void Law_meets_its_closed_forms_on_both_sides_of_the_mean()
    {
        for (var x = 1.0 / 128; x < 1; x += 1.0 / 128)
        {
            Assert.Equal(Math.Log(2 * Math.Asin(Math.Sqrt(x)) / Math.PI), BetaDistribution.LogCdf(x, 0.5, 0.5), 1e-12);
            foreach (var shape in new[] { 0.25, 1, 3.5, 40 })
            {
                Assert.Equal(shape * Math.Log(x), BetaDistribution.LogCdf(x, shape, 1), 1e-11);
                Assert.Equal(1 - Math.Pow(1 - x, shape), Math.Exp(BetaDistribution.LogCdf(x, 1, shape)), 1e-12);
            }
        }
    }
}
