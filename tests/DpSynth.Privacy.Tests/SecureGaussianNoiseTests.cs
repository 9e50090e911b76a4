namespace DpSynth.Privacy.Tests;

public sealed class SecureGaussianNoiseTests
{
    private const int Draws = 200_000;
    private const double Sigma = 3.7;

    [Fact]
    public void Noise_has_the_normal_law_when_its_bytes_are_uniform()
    {
        double[] noise = Draw(Seeded(1), Sigma);

        double statistic = KolmogorovSmirnov.Statistic(noise, Sigma);
        Assert.True(statistic < KolmogorovSmirnov.CriticalAtOneInAMillion, $"Kolmogorov-Smirnov {statistic}");
    }

    [Fact]
    public void Noise_has_the_moments_of_the_normal_law()
    {
        double[] noise = Draw(Seeded(2), Sigma);

        // Standard errors of the mean and of the moments of order 2 and 4 of N(0, 1); 5 of them is a false-alarm rate of 6e-7 each.
        double Moment(int order) => noise.Average(x => Math.Pow(x / Sigma, order));
        Assert.Equal(0, Moment(1), 5 / Math.Sqrt(Draws));
        Assert.Equal(1, Moment(2), 5 * Math.Sqrt(2.0 / Draws));
        Assert.Equal(0, Moment(3), 5 * Math.Sqrt(15.0 / Draws));
        Assert.Equal(3, Moment(4), 5 * Math.Sqrt(96.0 / Draws));
    }

    [Fact]
    public void Neighbouring_draws_are_uncorrelated()
    {
        double[] noise = Draw(Seeded(3), 1);

        double correlation = noise.Skip(1).Zip(noise, (x, y) => x * y).Average();
        Assert.Equal(0, correlation, 5 / Math.Sqrt(Draws));
    }

    [Fact]
    public void Operating_systems_generator_gives_the_normal_law()
    {
        double[] noise = Draw(new SecureGaussianNoise(), Sigma);

        double statistic = KolmogorovSmirnov.Statistic(noise, Sigma);
        Assert.True(statistic < KolmogorovSmirnov.CriticalAtOneInABillion, $"Kolmogorov-Smirnov {statistic}");
        Assert.Equal(Draws, noise.Distinct().Count());
    }

    [Fact]
    public void Two_calls_draw_different_noise()
    {
        SecureGaussianNoise source = new();
        double[] first = new double[4];
        double[] second = new double[4];
        source.Fill(first, 1, "run/1/0");
        source.Fill(second, 1, "run/1/0");

        Assert.NotEqual(first, second);
    }

    [Theory]
    [InlineData(1.05)]
    [InlineData(0.95)]
    public void Test_of_the_law_sees_noise_of_the_wrong_scale(double factor)
    {
        double[] noise = Draw(Seeded(4), Sigma * factor);

        Assert.True(KolmogorovSmirnov.Statistic(noise, Sigma) > KolmogorovSmirnov.CriticalAtOneInAMillion);
    }

    [Fact]
    public void Test_of_the_law_sees_uniform_noise_of_the_right_variance()
    {
        Random random = new(5);
        double[] noise = [.. Enumerable.Range(0, Draws).Select(_ => Sigma * Math.Sqrt(12) * (random.NextDouble() - 0.5))];

        Assert.True(KolmogorovSmirnov.Statistic(noise, Sigma) > KolmogorovSmirnov.CriticalAtOneInABillion);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Bad_standard_deviation_is_refused(double standardDeviation) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SecureGaussianNoise().Fill(new double[1], standardDeviation, "run/1/0"));

    private static SecureGaussianNoise Seeded(int seed)
    {
        Random random = new(seed);
        return new SecureGaussianNoise(random.NextBytes);
    }

    private static double[] Draw(SecureGaussianNoise source, double standardDeviation)
    {
        double[] noise = new double[Draws];
        source.Fill(noise, standardDeviation, "run/1/0");
        return noise;
    }
}
