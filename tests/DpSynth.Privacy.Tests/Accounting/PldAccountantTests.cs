using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Accounting.LossDistributions;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>Certified intervals against compositions whose exact curve is known, and laws that every accountant must obey.</summary>
public sealed class PldAccountantTests
{
    // Repeated with one seed: the bounds hold for all parameters, their closeness only for most.
    private static readonly Config Few = Config.QuickThrowOnFailure.WithMaxTest(15).WithReplay(11, 5);

    private static readonly Gen<SubsampledGaussianEvent> Subsampled =
        from sigma in Gen.Choose(50, 300)
        from rate in Gen.Choose(-35, 0)
        from count in Gen.Choose(1, 300)
        select new SubsampledGaussianEvent { NoiseMultiplier = sigma / 100.0, SamplingRate = Math.Pow(10, rate / 10.0), Count = count };

    private static readonly Gen<PrivacyEvent> Events = Gen.OneOf(
        Subsampled.Select(measurement => (PrivacyEvent)measurement),
        from sigma in Gen.Choose(100, 2000) select (PrivacyEvent)new GaussianEvent { NoiseMultiplier = sigma / 100.0 },
        from variance in Gen.Choose(1, 400)
        from sensitivity in Gen.Choose(1, 3)
        select (PrivacyEvent)new DiscreteGaussianEvent { SigmaSquared = new Rational(variance, 3), Sensitivity = sensitivity },
        from scale in Gen.Choose(50, 1000)
        from count in Gen.Choose(1, 5)
        select (PrivacyEvent)new LaplaceEvent { NoiseMultiplier = scale / 100.0, Count = count });

    private static readonly Gen<double> Deltas = Gen.Choose(20, 100).Select(power => Math.Pow(10, -power / 10.0));

    [Theory]
    [InlineData(3, 2)]
    [InlineData(20, 100)]
    [InlineData(0.5, 3)]
    public void Gaussian_losses_on_a_grid_enclose_the_closed_form(double sigma, int count)
    {
        SubsampledGaussianLoss law = new(1 / sigma, 1, LossDirection.Remove);
        var mu = Math.Sqrt(count) / sigma;
        var centre = Math.Log(1e-6);
        var curve = CurveComposer.ForDelta([new Component(law, law, count)], centre);
        var at = GaussianAccountant.Epsilon(mu, 1e-6);

        Assert.InRange(curve.UpperEpsilon(centre), at, at * (1 + 1e-5));
        Assert.InRange(curve.LowerEpsilon(centre), at * (1 - 1e-5), at);
        for (double epsilon = 0; epsilon < 2 * at; epsilon += at / 37)
        {
            var exact = GaussianAccountant.LogDelta(epsilon, mu);
            Assert.True(curve.LogUpper(epsilon) >= exact, $"delta({epsilon:R}) is below the truth.");
            Assert.True(curve.LogLower(epsilon) <= exact, $"delta({epsilon:R}) is above the truth.");
        }
    }

    [Theory]
    [InlineData(0.55, 40)]
    [InlineData(0.7, 7)]
    public void Randomised_response_is_the_binomial_sum(double truth, int count)
    {
        ExplicitEvent measurement = new() { Probabilities = [truth, 1 - truth], NeighbourProbabilities = [1 - truth, truth], Count = count };
        var unit = Math.Log(truth / (1 - truth));
        foreach (var epsilon in (double[])[0, 0.3, 1, 2.5])
        {
            double exact = 0;
            double binomial = 1;
            for (var k = 0; k <= count; k++)
            {
                var loss = ((2 * k) - count) * unit;
                exact += loss > epsilon ? binomial * Math.Pow(truth, k) * Math.Pow(1 - truth, count - k) * (1 - Math.Exp(epsilon - loss)) : 0;
                binomial *= (double)(count - k) / (k + 1);
            }

            var bound = PrivacyAccountant.Delta([measurement], epsilon);
            Assert.InRange(exact, bound.Lower * (1 - 1e-12), bound.Upper * (1 + 1e-12));
            Assert.InRange(bound.Upper, 0, exact * (1 + 1e-8));
            Assert.InRange(bound.Lower, exact * (1 - 1e-8), 1);
        }
    }

    [Fact]
    public void Laplace_composed_often_approaches_what_direct_convolution_gives()
    {
        // Three measurements with b = 2, by brute force over a fine grid of losses rounded up and down.
        LaplaceEvent measurement = new() { NoiseMultiplier = 2, Count = 3 };
        (var down, var up) = (BruteForceLaplace(0.5, 3, 1, 0), BruteForceLaplace(0.5, 3, 1, 1));

        var bound = PrivacyAccountant.Delta([measurement], 1);

        Assert.True(bound.Lower <= up && bound.Upper >= down, $"{bound} and {down:R} to {up:R} do not meet.");
        Assert.InRange(bound.Upper - bound.Lower, 0, 1e-3 * bound.Upper);
    }

    [Theory]
    [InlineData(64, 8)]
    [InlineData(100000, 1024)]
    [InlineData(4000000, 1024)]
    public void Vector_on_one_coordinate_encloses_the_exact_lattice(int sigmaSquared, int sensitivity)
    {
        DiscreteGaussianLoss exact = new(sigmaSquared, sensitivity);
        DiscreteGaussianEvent measurement = new()
        {
            SigmaSquared = new Rational(sigmaSquared, 1),
            Sensitivity = sensitivity,
            Contribution = ContributionShape.Vector,
        };
        foreach (var epsilon in (double[])[0, 0.1, 0.5, 1, 2])
        {
            var bound = PrivacyAccountant.Delta([measurement], epsilon);
            Assert.InRange(Math.Exp(exact.LogDelta(epsilon)), bound.Lower, bound.Upper);
        }
    }

    [Theory]
    [InlineData(64, 3, 4)]
    [InlineData(64, 1, 1)]
    [InlineData(900, 5, 12)]
    public void Vector_on_two_coordinates_encloses_the_exact_sum(int sigmaSquared, int first, int second)
    {
        DiscreteGaussianEvent measurement = new()
        {
            SigmaSquared = new Rational(sigmaSquared, 1),
            Sensitivity = (long)Math.Sqrt((first * first) + (second * second)),
            Contribution = ContributionShape.Vector,
        };
        var reach = (int)(9 * Math.Sqrt(sigmaSquared));
        var total = Enumerable.Range(-reach, (2 * reach) + 1).Sum(x => Math.Exp(-x * x / 2.0 / sigmaSquared));
        foreach (var epsilon in (double[])[0, 0.2, 0.7])
        {
            double exact = 0;
            for (var x = -reach; x <= reach; x++)
            {
                for (var y = -reach; y <= reach; y++)
                {
                    var loss = ((first * (x + (first / 2.0))) + (second * (y + (second / 2.0)))) / sigmaSquared;
                    exact += loss > epsilon
                        ? Math.Exp(-((x * x) + (y * y)) / 2.0 / sigmaSquared) / (total * total) * (1 - Math.Exp(epsilon - loss))
                        : 0;
                }
            }

            // The sensitivity was rounded down to a whole number, so only the upper bound need hold where it was one.
            var whole = measurement.Sensitivity * measurement.Sensitivity == (first * first) + (second * second);
            var bound = PrivacyAccountant.Delta([measurement], epsilon);
            Assert.True(!whole || exact <= bound.Upper * (1 + 1e-12), $"{exact:R} is above {bound}.");
            Assert.True(exact >= bound.Lower * (1 - 1e-12), $"{exact:R} is below {bound}.");
        }
    }

    [Fact]
    public void Noise_too_small_for_vectors_is_refused() => Assert.Throws<NotSupportedException>(() => PrivacyAccountant.Epsilon(
        [new DiscreteGaussianEvent { SigmaSquared = new Rational(63, 1), Contribution = ContributionShape.Vector }], 1e-5));

    [Fact]
    public void Whole_curve_from_one_composition_agrees_with_one_composition_a_point()
    {
        SubsampledGaussianEvent measurement = new() { NoiseMultiplier = 1, SamplingRate = 0.01, Count = 1000 };
        var curve = PldAccountant.Compose([measurement], 1e-7);
        foreach (var delta in (double[])[1e-3, 1e-5, 1e-9, 1e-12])
        {
            var onCurve = curve.Epsilon(delta);
            var alone = PldAccountant.Epsilon([measurement], delta);
            Assert.True(onCurve.Lower <= alone.Upper && alone.Lower <= onCurve.Upper);
            Assert.InRange(onCurve.Upper - onCurve.Lower, 0, 2e-3 * onCurve.Upper);
            Assert.Equal(delta, curve.Delta(onCurve.Upper).Upper, 1e-9 * delta);
        }
    }

    [Fact]
    public void Bounds_are_in_order_and_never_looser_than_Renyi() => Prop.ForAll(
        Arb.From(Gen.NonEmptyListOf(Events).Select(list => list.Take(3).ToList()).Zip(Deltas)),
        pair =>
        {
            (var events, var delta) = (pair.Item1, pair.Item2);
            foreach (var adjacency in Enum.GetValues<Adjacency>())
            {
                var bound = PrivacyAccountant.Epsilon(events, delta, adjacency);
                var renyi = PrivacyAccountant.Epsilon(events, delta, adjacency, AccountantKind.Rdp);
                Assert.True(bound.Lower <= bound.Upper && bound.Lower >= 0, $"{bound}");
                Assert.Equal(bound.Upper, bound.Epsilon);
                Assert.True(bound.Upper <= (renyi.Upper * (1 + 1e-6)) + 1e-9, $"{bound} is looser than {renyi}.");
                Assert.True(bound.Upper - bound.Lower <= (0.02 * bound.Upper) + 1e-6, $"{bound} is wide for {string.Join(", ", events)}.");
            }
        }).Check(Few);

    [Fact]
    public void Order_and_grouping_do_not_matter() => Prop.ForAll(
        Arb.From(Events.Zip(Events).Zip(Events.Zip(Deltas))),
        drawn =>
        {
            ((var a, var b), (var c, var delta)) = drawn;
            var one = PrivacyAccountant.Epsilon([a, b, c, a], delta);
            var other = PrivacyAccountant.Epsilon([c, a with { Count = 2 * a.Count }, b], delta);
            Assert.True(Math.Abs(one.Upper - other.Upper) <= 1e-6 * (1 + one.Upper), $"{one} and {other}");
        }).Check(Few);

    [Fact]
    public void Epsilon_grows_with_everything_but_noise_and_delta() => Prop.ForAll(
        Arb.From(Subsampled.Zip(Deltas)),
        pair =>
        {
            (var measurement, var delta) = pair;
            double Upper(SubsampledGaussianEvent changed, double at) => PrivacyAccountant.Epsilon([changed], at).Upper;
            double Lower(SubsampledGaussianEvent changed, double at) => PrivacyAccountant.Epsilon([changed], at).Lower;
            var upper = Upper(measurement, delta);

            Assert.True(Lower(measurement with { NoiseMultiplier = 1.1 * measurement.NoiseMultiplier }, delta) <= upper);
            Assert.True(Lower(measurement with { SamplingRate = 0.9 * measurement.SamplingRate }, delta) <= upper);
            Assert.True(Lower(measurement, Math.Min(0.5, 2 * delta)) <= upper);
            Assert.True(Upper(measurement with { Count = measurement.Count + 1 + (measurement.Count / 10) }, delta) * (1 + 1e-3) >= upper);
            Assert.True(Upper(measurement with { NoiseMultiplier = measurement.NoiseMultiplier / 1.1 }, delta) * (1 + 1e-3) >= upper);
            Assert.True(Upper(measurement with { SamplingRate = Math.Min(1, 1.1 * measurement.SamplingRate) }, delta) * (1 + 1e-3) >= upper);
        }).Check(Few);

    [Fact]
    public void Replacing_costs_more_than_adding_and_no_more_than_a_pair_of_them() => Prop.ForAll(
        Arb.From(Events.Zip(Deltas)),
        pair =>
        {
            (var measurement, var delta) = pair;
            var add = PrivacyAccountant.Epsilon([measurement], delta);
            var replace = PrivacyAccountant.Epsilon([measurement], delta, Adjacency.ReplaceOne);
            (var epsilon, var logDelta) = GroupPrivacy.Of(add.Upper, delta, 2);
            Assert.True(replace.Upper >= add.Lower, $"{replace} is below {add}.");
            if (logDelta < 0)
            {
                Assert.True(PrivacyAccountant.Epsilon([measurement], Math.Exp(logDelta), Adjacency.ReplaceOne).Lower <= epsilon * (1 + 1e-9));
            }
        }).Check(Few);

    [Fact]
    public void What_an_accountant_does_not_cover_is_refused_in_words()
    {
        PrivacyEvent laplace = new LaplaceEvent { NoiseMultiplier = 1 };
        ExplicitEvent pair = new() { Probabilities = [0.5, 0.5], NeighbourProbabilities = [0.4, 0.6] };

        var gaussianOnly = Assert.Throws<NotSupportedException>(
            () => PrivacyAccountant.Epsilon([laplace], 1e-5, Adjacency.AddRemove, AccountantKind.Gdp));
        Assert.Contains("Laplace", gaussianOnly.Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => PrivacyAccountant.Epsilon([pair], 1e-5, Adjacency.ReplaceOne));
        Assert.Throws<NotSupportedException>(() => PrivacyAccountant.Delta([laplace], 1, Adjacency.AddRemove, AccountantKind.Gdp));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Delta_out_of_range_is_refused(double delta)
    {
        PrivacyEvent[] events = [new SubsampledGaussianEvent { NoiseMultiplier = 1, SamplingRate = 0.1 }];
        foreach (var accountant in (AccountantKind[])[AccountantKind.Auto, AccountantKind.Pld, AccountantKind.Rdp])
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Epsilon(events, delta, Adjacency.AddRemove, accountant));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyAccountant.Curve(events, [delta]));
    }

    [Fact]
    public void Nothing_released_costs_nothing()
    {
        PrivacyEvent never = new SubsampledGaussianEvent { NoiseMultiplier = 1, SamplingRate = 0, Count = 9 };
        foreach (var accountant in Enum.GetValues<AccountantKind>())
        {
            Assert.Equal(0, PrivacyAccountant.Epsilon([], 1e-5, Adjacency.AddRemove, accountant).Upper);
            Assert.Equal(0, PrivacyAccountant.Epsilon([never], 1e-5, Adjacency.AddRemove, accountant).Upper);
            Assert.Equal(0, PrivacyAccountant.Delta([], 1, Adjacency.AddRemove, accountant).Upper);
        }
    }

    [Fact]
    public void Outcome_that_only_one_input_can_produce_is_an_infinite_loss()
    {
        ExplicitEvent leak = new() { Probabilities = [0.99, 0.01], NeighbourProbabilities = [1, 0], Count = 2 };

        Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Epsilon([leak], 1e-3).Upper);
        Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Epsilon([leak], 1e-3).Lower);
        Assert.InRange(PrivacyAccountant.Epsilon([leak], 0.02).Upper, 0, 1e-3);
        Assert.Equal(double.PositiveInfinity, PrivacyAccountant.Epsilon([leak], 1e-3, Adjacency.AddRemove, AccountantKind.Rdp).Upper);
    }

    private static double BruteForceLaplace(double end, int count, double epsilon, int roundUp)
    {
        const int Cells = 400;
        var h = 2 * end / Cells;
        var law = new double[Cells + 1];
        law[0] = Math.Exp(-end) / 2;
        law[Cells] = 0.5;
        for (var k = 0; k < Cells; k++)
        {
            var low = -end + (k * h);
            law[k + roundUp] += 0.5 * (Math.Exp((low + h - end) / 2) - Math.Exp((low - end) / 2));
        }

        double[] sum = [1];
        for (var step = 0; step < count; step++)
        {
            var next = new double[sum.Length + Cells];
            for (var i = 0; i < sum.Length; i++)
            {
                for (var j = 0; j <= Cells; j++)
                {
                    next[i + j] += sum[i] * law[j];
                }
            }

            sum = next;
        }

        return sum.Select((mass, i) => mass * Math.Max(0, 1 - Math.Exp(epsilon + (count * end) - (i * h)))).Sum();
    }
}
