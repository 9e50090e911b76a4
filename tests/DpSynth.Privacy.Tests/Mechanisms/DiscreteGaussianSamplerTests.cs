using System.Numerics;
using DpSynth.Privacy.Mechanisms;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests.Mechanisms;

/// <summary>The sampler beside its reference: draw by draw, and by its law with fixed seeds at false-alarm rates of 1e-6.</summary>
public sealed class DiscreteGaussianSamplerTests
{
    private static readonly DiscreteGaussianFixture Fixture = DiscreteGaussianFixture.Load();

    public static TheoryData<string> PmfIds => [.. Fixture.PmfCases.Select(c => c.Id)];

    public static TheoryData<string> ChiSquareIds => [.. Fixture.ChiSquareCases.Select(c => c.Id)];

    public static TheoryData<string> TraceIds => [.. Fixture.SamplerTraces.Select(c => c.Id)];

    [Fact]
    public void Fixture_holds_every_case_it_was_published_with() =>
        Assert.Equal((14, 7, 24), (Fixture.PmfCases.Count, Fixture.ChiSquareCases.Count, Fixture.SamplerTraces.Count));

    [Theory]
    [MemberData(nameof(TraceIds))]
    public void Sampler_makes_the_draws_of_the_reference_one_by_one(string id)
    {
        var trace = Fixture.SamplerTraces.Single(c => c.Id == id);
        var sigmaSquared = Rational.Parse(trace.Sigma2);

        AssertReplays(trace, draws => DiscreteGaussianSampler.Fill(draws.Output, sigmaSquared, new RecordedUniforms(draws.Recorded)));
        AssertReplays(trace, draws => DiscreteGaussianSampler.Fill<UInt128, RecordedUniforms>(draws.Output, sigmaSquared, new(draws.Recorded)));
        AssertReplays(trace, draws => DiscreteGaussianSampler.Fill<BigInteger, RecordedUniforms>(draws.Output, sigmaSquared, new(draws.Recorded)));
    }

    [Fact]
    public void Machine_integers_give_the_samples_of_arbitrary_precision_bit_by_bit()
    {
        var gen = from numerator in Gen.Choose(1, int.MaxValue)
                  from denominator in Gen.Choose(1, 1 << 30)
                  from scale in Gen.Choose(0, 30)
                  from seed in Gen.Choose(0, int.MaxValue)
                  select (new Rational((BigInteger)numerator << scale, denominator), seed);
        Prop.ForAll(gen.ToArbitrary(), ((Rational SigmaSquared, int Seed) drawn) =>
            {
                var fast = Draw(50, drawn.Seed, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, drawn.SigmaSquared, uniforms));
                var general = Draw(
                    50, drawn.Seed, (draws, uniforms) => DiscreteGaussianSampler.Fill<BigInteger, UniformIntegers>(draws, drawn.SigmaSquared, uniforms));
                return fast.SequenceEqual(general);
            })
            .Check(Config.QuickThrowOnFailure.WithReplay(7, 3));
    }

    [Theory]
    [MemberData(nameof(ChiSquareIds))]
    public void Samples_have_the_law_moments_and_parity_of_the_reference(string id)
    {
        var reference = Fixture.ChiSquareCases.Single(c => c.Id == id);
        var samples = Draw(
            reference.Samples, 20, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, Rational.Parse(reference.Sigma2), uniforms));

        var statistic = ChiSquare(samples, reference);
        Assert.True(statistic < reference.CriticalValue["1e-6"], $"chi-square {statistic}");
        var mean = samples.Average();
        Assert.Equal(reference.Mean, mean, 5 * reference.MeanStandardError);
        Assert.Equal(reference.Variance, samples.Average(x => (double)x * x) - (mean * mean), 5 * reference.VarianceStandardError);
        var even = reference.ProbabilityEven;
        Assert.Equal(even, samples.Count(long.IsEvenInteger) / (double)samples.Length, 5 * Math.Sqrt(even * (1 - even) / samples.Length));
    }

    [Theory]
    [MemberData(nameof(PmfIds))]
    public void Frequencies_of_single_values_meet_their_probabilities(string id)
    {
        const int Draws = 40_000;
        var reference = Fixture.PmfCases.Single(c => c.Id == id);
        var samples = Draw(Draws, 21, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, Rational.Parse(reference.Sigma2), uniforms));

        foreach (var row in reference.Pmf)
        {
            // Five and a half standard deviations; where fewer than 1 is expected, 12 have a probability below 1e-8.
            var expected = Draws * row[1];
            Assert.Equal(expected, samples.Count(x => x == (long)row[0]), Math.Max(12, 5.5 * Math.Sqrt(expected)));
            Assert.Equal(expected, samples.Count(x => x == -(long)row[0]), Math.Max(12, 5.5 * Math.Sqrt(expected)));
        }
    }

    /// <summary>
    /// Beyond 64·t, which chance never reaches: σ² = 1/2 has t = 1, and the draw of 70 is kept with the probability of exp(−(70 − 1/2)²) =
    /// exp(−19321/4), 4830 coins of exp(−1) and one of exp(−1/4).
    /// </summary>
    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(70)]
    public void Draw_beyond_the_reach_of_machine_integers_is_made_by_the_same_rules(int magnitude)
    {
        (BigInteger Bound, BigInteger Value)[] yes = [(1, 0), (2, 0), (3, 1)];
        var square = ((2 * magnitude) - 1) * ((2 * magnitude) - 1);
        (BigInteger Bound, BigInteger Value)[] draws =
        [
            (2, 1), (1, 0), (1, 0), .. Enumerable.Repeat(yes, magnitude).SelectMany(coin => coin), (1, 0), (2, 1),
            .. Enumerable.Repeat(yes, square / 4).SelectMany(coin => coin), (4, 3),
        ];

        foreach (var fill in new Action<long[], RecordedUniforms>[]
        {
            (output, uniforms) => DiscreteGaussianSampler.Fill(output, Rational.Parse("1/2"), uniforms),
            (output, uniforms) => DiscreteGaussianSampler.Fill<ulong, RecordedUniforms>(output, Rational.Parse("1/2"), uniforms),
            (output, uniforms) => DiscreteGaussianSampler.Fill<BigInteger, RecordedUniforms>(output, Rational.Parse("1/2"), uniforms),
        })
        {
            Queue<(BigInteger, BigInteger)> recorded = new(draws);
            var output = new long[1];
            fill(output, new RecordedUniforms(recorded));
            Assert.Equal(magnitude, output[0]);
            Assert.Empty(recorded);
        }
    }

    [Fact]
    public void Coin_that_does_not_fit_its_integers_is_refused_and_not_wrapped_around()
    {
        // The second step of the series needs a number below twice 2^63 + 1.
        const ulong Denominator = (1UL << 63) + 1;
        RecordedUniforms Draws() => new(new Queue<(BigInteger, BigInteger)>([(Denominator, 0), ((BigInteger)Denominator * 2, Denominator)]));

        Assert.Throws<OverflowException>(() => ExponentialBernoulli.Draw(Denominator - 2, Denominator, Draws()));
        Assert.False(ExponentialBernoulli.Draw((UInt128)(Denominator - 2), Denominator, Draws()));
    }

    [Fact]
    public void Negative_zero_is_drawn_anew()
    {
        // σ² = 1/2: zero is kept with the probability of exp(−1/4).
        Queue<(BigInteger, BigInteger)> recorded = new([(2, 0), (1, 0), (1, 0), (1, 0), (2, 1), (2, 1), (1, 0), (1, 0), (1, 0), (2, 1), (4, 3)]);
        var output = new long[] { 7 };
        DiscreteGaussianSampler.Fill(output, Rational.Parse("1/2"), new RecordedUniforms(recorded));

        Assert.Equal(0, output[0]);
        Assert.Empty(recorded);
    }

    [Theory]
    [InlineData("1267650600228229401496703205375", 0.5)]
    [InlineData("1/1267650600228229401496703205376", 0)]
    public void Noise_at_the_ends_of_its_range_is_drawn(string sigmaSquared, double least)
    {
        var output = Draw(20, 25, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, Rational.Parse(sigmaSquared), uniforms));

        var sigma = Math.Sqrt(Rational.Parse(sigmaSquared).ToDouble());
        Assert.InRange(output.Max(x => Math.Abs((double)x)), least * sigma, 6 * sigma);
    }

    [Fact]
    public void Test_of_the_law_sees_a_sigma_that_is_two_percent_off()
    {
        var reference = Fixture.ChiSquareCases.Single(c => c.Sigma2 == "100");
        var samples = Draw(
            reference.Samples, 22, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, Rational.Parse("104"), uniforms));

        Assert.True(ChiSquare(samples, reference) > reference.CriticalValue["1e-9"]);
    }

    [Fact]
    public void Samples_are_symmetric_and_unrelated_to_their_neighbours()
    {
        const int Draws = 200_000;
        var samples = Draw(Draws, 23, (draws, uniforms) => DiscreteGaussianSampler.Fill(draws, Rational.FromDouble(5.3 * 5.3), uniforms));

        // Sign test and lag-1 correlation, five standard errors each.
        Assert.Equal(0, samples.Average(x => Math.Sign(x)), 5 / Math.Sqrt(Draws));
        Assert.Equal(0, samples.Skip(1).Zip(samples, (x, y) => x * y / (5.3 * 5.3)).Average(), 5 / Math.Sqrt(Draws));
    }

    [Fact]
    public void Uniform_integers_are_drawn_from_as_few_bits_as_hold_them_and_never_by_remainder()
    {
        foreach (var bound in new ulong[] { 1, 2, 3, 5, 8, 1000, ulong.MaxValue })
        {
            using RandomBits bits = new(new SeededRandomBytes(24));
            using RandomBits same = new(new SeededRandomBytes(24));
            UniformIntegers uniforms = new(bits);
            for (var i = 0; i < 100; i++)
            {
                ulong expected;
                do
                {
                    expected = same.Next(bound == 1 ? 0 : 64 - BitOperations.LeadingZeroCount(bound - 1));
                }
                while (expected >= bound);
                Assert.Equal(expected, uniforms.Below(bound));
            }
        }
    }

    private static long[] Draw(int count, int seed, FillDraws fill)
    {
        var draws = new long[count];
        using RandomBits bits = new(new SeededRandomBytes(seed));
        fill(draws, new UniformIntegers(bits));
        return draws;
    }

    private delegate void FillDraws(Span<long> draws, UniformIntegers uniforms);

    private static double ChiSquare(long[] samples, DiscreteGaussianFixture.ChiSquare reference) => reference.Bins.Sum(bin =>
    {
        var observed = samples.Count(x => x >= (bin.Low ?? long.MinValue) && x <= (bin.High ?? long.MaxValue));
        return (observed - bin.ExpectedCount) * (observed - bin.ExpectedCount) / bin.ExpectedCount;
    });

    private static void AssertReplays(
        DiscreteGaussianFixture.Trace trace, Action<(long[] Output, Queue<(BigInteger Bound, BigInteger Value)> Recorded)> fill)
    {
        var recorded = trace.Recorded();
        var output = new long[1];
        fill((output, recorded));
        Assert.Equal(trace.Output, output[0]);
        Assert.Empty(recorded);
    }
}
