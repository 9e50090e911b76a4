using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests.Mechanisms;

public sealed class VectorMechanismTests
{
    [Fact]
    public void Gridded_vector_keeps_the_sensitivity_and_stays_within_a_unit_of_the_clipped_one()
    {
        var entry = Gen.Choose(-1_000_000, 1_000_000).Select(x => x / 1000f);
        var gen = from dimension in Gen.Choose(1, 40)
                  from vector in Gen.ArrayOf(entry, dimension)
                  from bits in Gen.Choose(1, 30)
                  from norm in Gen.Choose(1, 5000)
                  from rounding in Gen.Elements(VectorRounding.TowardZero, VectorRounding.Stochastic)
                  from seed in Gen.Choose(0, int.MaxValue)
                  select (vector, new VectorGrid(dimension, norm / 7.0, bits, rounding), seed);
        Prop.ForAll(gen.ToArbitrary(), ((float[] Vector, VectorGrid Grid, int Seed) drawn) =>
            {
                var gridded = new long[drawn.Vector.Length];
                drawn.Grid.Quantize(drawn.Vector, gridded, new SeededRandomBytes(drawn.Seed));
                var clipped = Array.ConvertAll(drawn.Vector, x => (double)x);
                L2Clip.Apply(clipped, drawn.Grid.Norm);
                var squares = gridded.Aggregate(UInt128.Zero, (sum, v) => sum + (UInt128)((Int128)v * v));
                return squares <= (UInt128)drawn.Grid.Sensitivity * (UInt128)drawn.Grid.Sensitivity
                    && gridded.Zip(clipped).All(pair => Math.Abs((pair.First * drawn.Grid.Unit) - pair.Second) <= drawn.Grid.Unit * (1 + 1e-6));
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(9, 3));
    }

    [Fact]
    public void Rounding_towards_zero_costs_no_sensitivity_and_stochastic_rounding_little()
    {
        Assert.Equal(1024, new VectorGrid(512, 1, 10).Sensitivity);
        Assert.InRange(new VectorGrid(512, 1, 10, VectorRounding.Stochastic).Sensitivity, 1025, 1030);

        // In few dimensions the worst case binds: 2 + √1.
        Assert.Equal(3, new VectorGrid(1, 1, 1, VectorRounding.Stochastic).Sensitivity);
    }

    [Theory]
    [InlineData(512, 10, 1027)]
    [InlineData(1_000_000, 4, 503)]
    [InlineData(1_000_000, 10, 1144)]
    [InlineData(100, 20, 1048579)]
    public void Sensitivity_of_stochastic_rounding_is_the_propositions(int dimension, int bits, long sensitivity) =>
        Assert.Equal(sensitivity, new VectorGrid(dimension, 1, bits, VectorRounding.Stochastic).Sensitivity);

    [Fact]
    public void Vector_of_just_the_clipping_norm_reaches_the_sensitivity()
    {
        var gridded = new long[2];
        new VectorGrid(2, 1, 10).Quantize([0, -1], gridded);

        Assert.Equal([0, -1024], gridded);
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(2, 2)]
    public void Vector_or_room_of_another_length_is_refused(int vector, int room) =>
        Assert.Throws<ArgumentException>(() => new VectorGrid(3, 1, 10).Quantize(new float[vector], new long[room]));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Clipping_to_no_norm_is_refused(double norm) => Assert.Throws<ArgumentOutOfRangeException>(() => L2Clip.Factor([1], norm));

    [Fact]
    public void What_is_missing_is_named()
    {
        VectorGrid grid = new(1, 1, 10);
        var measurement = new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("100"), Sensitivity = 1024, Contribution = ContributionShape.Vector };
        SecureDiscreteGaussianNoise noise = new();
        Assert.Throws<ArgumentNullException>("vectors", () => VectorMechanism.Measure(null!, grid, measurement, noise, ""));
        Assert.Throws<ArgumentNullException>("grid", () => VectorMechanism.Measure([], null!, measurement, noise, ""));
        Assert.Throws<ArgumentNullException>("measurement", () => VectorMechanism.Measure([], grid, null!, noise, ""));
        Assert.Throws<ArgumentNullException>("noise", () => VectorMechanism.Measure([], grid, measurement, null!, ""));
        Assert.Throws<ArgumentNullException>("measurement", () => IntegerMechanism.Measure([1], null!, noise, ""));
        Assert.Throws<ArgumentNullException>("noise", () => IntegerMechanism.Measure([1], measurement, null!, ""));
    }

    [Fact]
    public void Stochastic_rounding_keeps_the_mean()
    {
        const int Repetitions = 20_000;
        float[] vector = [0.3f, -0.4f, 0.05f, 0];
        VectorGrid grid = new(4, 1, 4, VectorRounding.Stochastic);
        SeededRandomBytes bytes = new(11);
        var means = new double[4];
        var gridded = new long[4];
        for (var i = 0; i < Repetitions; i++)
        {
            grid.Quantize(vector, gridded, bytes);
            for (var j = 0; j < 4; j++)
            {
                means[j] += gridded[j] * grid.Unit / Repetitions;
            }
        }

        // The standard deviation of one rounding is at most half a unit; five standard errors of the mean.
        Assert.All(means.Zip(vector), pair => Assert.Equal(pair.Second, pair.First, 5 * grid.Unit / 2 / Math.Sqrt(Repetitions)));
    }

    [Fact]
    public void Release_adds_the_events_noise_to_the_sum_of_clipped_vectors()
    {
        VectorGrid grid = new(3, 1, 20);
        DiscreteGaussianEvent measurement = new()
        {
            SigmaSquared = Rational.FromDouble(4.0 * (1L << 40)),
            Sensitivity = grid.Sensitivity,
            Contribution = ContributionShape.Vector,
        };
        var noise = new long[3];
        new SecureDiscreteGaussianNoise(new SeededRandomBytes(12)).Fill(noise, measurement.SigmaSquared, "");

        var noisy = VectorMechanism.Measure(
            [new float[] { 3, 4, 0 }, new float[] { 0, 0, 0.5f }], grid, measurement, new SecureDiscreteGaussianNoise(new SeededRandomBytes(12)), "");

        double[] clippedSum = [0.6, 0.8, 0.5];
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(clippedSum[i] + (noise[i] * grid.Unit), noisy.Values[i], 2 * grid.Unit);
        }

        Assert.Equal(measurement, noisy.Measurement);
    }

    [Fact]
    public void Bad_vectors_grids_and_events_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorGrid(0, 1, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorGrid(1, double.NaN, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorGrid(1, 0, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VectorGrid(1, 1, 31));
        VectorGrid grid = new(2, 1, 10);
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            Assert.Throws<ArgumentException>(() => grid.Quantize([0, bad], new long[2]));
        }

        Assert.Throws<ArgumentException>(() => grid.Quantize([0], new long[1]));
        DiscreteGaussianEvent measurement = new() { SigmaSquared = Rational.Parse("1"), Sensitivity = 1024, Contribution = ContributionShape.Vector };
        DiscreteGaussianEvent[] uncovered =
            [measurement with { Count = 2 }, measurement with { Sensitivity = 1023 }, measurement with { Contribution = ContributionShape.OneCoordinate }];
        foreach (var wrong in uncovered)
        {
            Assert.Throws<ArgumentException>(() => VectorMechanism.Measure([], grid, wrong, new SecureDiscreteGaussianNoise(), ""));
        }
    }
}
