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
