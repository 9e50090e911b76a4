using System.Text.Json;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

public sealed class StatementTests
{
    // Reference values: analytic Gaussian, evaluated at 60 digits.
    [Theory]
    [InlineData(2, 10, 1e-6, 8.306225049954728)]
    [InlineData(3, 100, 1e-5, 19.130767834361922)]
    [InlineData(5, 1, 1e-6, 0.8341175486240523)]
    public void Statement_has_the_reference_epsilon_and_an_interval_around_it(double sigma, int steps, double delta, double expected)
    {
        var statement = PrivacyStatement.Of(Gaussian(sigma, steps, delta, expected * (1 + 1e-9)));

        Assert.Equal(expected, statement.Epsilon, expected * 1e-9);
        Assert.InRange(expected, statement.Interval.Lower * (1 - 1e-9), statement.Interval.Upper * (1 + 1e-9));
        Assert.Equal(sigma, Assert.Single(statement.Measurements).Sigma);
    }

    [Fact]
    public void Statement_survives_json()
    {
        var json = JsonSerializer.Serialize(SampleRelease.Statement, PrivacyJson.Indented);

        Assert.Equal(SampleRelease.Statement, JsonSerializer.Deserialize<PrivacyStatement>(json, PrivacyJson.Options));
        Assert.Equal(SampleRelease.Statement, PrivacyStatement.Of(SampleRelease.Statement.Facts()));
    }

    [Fact]
    public void Releases_dearer_than_what_was_asked_for_are_not_stated()
    {
        var facts = SampleRelease.Facts with { RequestedEpsilon = SampleRelease.Statement.Epsilon };
        Assert.Equal(facts.RequestedEpsilon, PrivacyStatement.Of(facts).Epsilon);

        facts = facts with { RequestedEpsilon = Math.BitDecrement(facts.RequestedEpsilon) };
        Assert.Throws<InvalidOperationException>(() => PrivacyStatement.Of(facts));
    }

    [Fact]
    public void Calibrated_noise_is_never_stated_above_what_was_asked_for()
    {
        foreach (var epsilon in new[] { 1 / 3.0, 10 })
        {
            var events = NoiseCalibration.Calibrate(epsilon, 1e-6, [1, 2, 3]);
            var facts = SampleRelease.Facts with
            {
                RequestedEpsilon = epsilon,
                Delta = 1e-6,
                Measurements = [.. events.Select(
                    (noise, index) => new StatedMeasurement($"iteration-{index + 1:000}", noise, 1, SampleRelease.Hash($"{index}")))],
            };

            Assert.InRange(PrivacyStatement.Of(facts).Epsilon, epsilon * 0.99, epsilon);
        }
    }

    [Fact]
    public void Curve_lists_five_deltas_and_grows_as_they_shrink()
    {
        var statement = SampleRelease.Statement;

        foreach (var curve in new[] { statement.Curve, statement.OtherAdjacency.Curve })
        {
            Assert.Equal([1e-5, 1e-6, 1e-7, 1e-8, 1e-9], curve.Select(point => point.Delta));
            Assert.Equal(curve.OrderBy(point => point.Epsilon), curve);
        }

        Assert.Equal(Adjacency.ReplaceOne, statement.OtherAdjacency.Adjacency);
        Assert.True(statement.OtherAdjacency.Epsilon > statement.Epsilon);
    }

    [Fact]
    public void Sigma_is_stated_in_votes()
    {
        Assert.Equal([30, 2, Math.Sqrt(8), Math.Sqrt(12)], SampleRelease.Statement.Measurements.Select(measurement => measurement.Sigma ?? 0));
    }

    [Fact]
    public void Sigma_is_the_noises_own_parameter_whatever_the_mechanism()
    {
        Assert.Equal(2.5, MeasurementCost.SigmaOf(new GaussianEvent { NoiseMultiplier = 2.5 }, 1024));
        Assert.Equal(1.5, MeasurementCost.SigmaOf(new SubsampledGaussianEvent { NoiseMultiplier = 1.5, SamplingRate = 0.1 }, 1024));
        Assert.Equal(3, MeasurementCost.SigmaOf(new LaplaceEvent { NoiseMultiplier = 3 }, 1024));
        Assert.Null(MeasurementCost.SigmaOf(new ExplicitEvent { Probabilities = [1], NeighbourProbabilities = [1] }, 1024));
    }

    [Fact]
    public void Release_without_a_grid_unit_a_vote_is_refused()
    {
        StatedMeasurement release = new("iteration-001", new GaussianEvent { NoiseMultiplier = 5 }, 0, SampleRelease.Hash("a"));

        Assert.Throws<ArgumentOutOfRangeException>(() => MeasurementCost.Of(release));
        Assert.Equal(5, MeasurementCost.Of(release with { UnitsPerVote = 1 }).Sigma);
    }

    [Fact]
    public void Exchanging_costs_as_much_under_either_statement()
    {
        var presence = SampleRelease.Statement;
        var exchange = PrivacyStatement.Of(SampleRelease.Facts with { Adjacency = Adjacency.ReplaceOne, RequestedEpsilon = 100 });

        Assert.Equal(new OtherAdjacencyCost(Adjacency.AddRemove, presence.Epsilon, presence.Curve), exchange.OtherAdjacency);
        Assert.Equal(new OtherAdjacencyCost(Adjacency.ReplaceOne, exchange.Epsilon, exchange.Curve), presence.OtherAdjacency);
    }

    [Fact]
    public void Everything_that_is_not_covered_is_said()
    {
        string[] always =
        [
            "Other releases from the same images add up with this one; the dataset's ledger holds the total.",
            "What the models of generator and embedder had learnt before the run is not covered, even if a private image was among it.",
            "That the dataset exists, and the names, number and sizes of its files for those who may list them, are not hidden.",
            "How long the run took may depend on the dataset's size.",
            "Refusals and figures shown to the data's owner are exact; whoever passes them on gives something away that no noise covers.",
        ];
        var image = SampleRelease.Facts with
        {
            Unit = PrivacyUnit.Image,
            Adjacency = Adjacency.ReplaceOne,
            DeltaSource = DeltaSource.DeclaredSize,
            RequestedEpsilon = 100,
        };

        Assert.Equal(
            [
                "Owners are told apart as stated: somebody whose images were filed under several owners is protected owner by owner only.",
                "The stated ε is about presence; for exchanging one contribution for another, the other adjacency's ε applies.",
                "δ was chosen after a noisy size was released: the stated pair takes the noise levels that followed from it as given.",
                .. always,
            ],
            SampleRelease.Statement.NotCovered);
        Assert.Equal(
            [
                "Whoever contributed several images, or is shown in several, is protected image by image only: more images of one person cost more.",
                .. always,
            ],
            PrivacyStatement.Of(image).NotCovered);
    }

    [Fact]
    public void Run_that_released_nothing_costs_nothing_and_says_so()
    {
        var statement = PrivacyStatement.Of(SampleRelease.Facts with { Measurements = [] });

        Assert.Equal(0, statement.Epsilon);
        Assert.Contains("was not looked at", statement.ToMarkdown(), StringComparison.Ordinal);
        Assert.True(ReleaseVerification.Verify(SampleRelease.Of(statement)).Holds);
    }

    [Theory]
    [InlineData(double.NaN, 1e-6)]
    [InlineData(0, 1e-6)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public void Facts_out_of_range_are_refused(double epsilon, double delta)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PrivacyStatement.Of(SampleRelease.Facts with { RequestedEpsilon = epsilon, Delta = delta }));
    }

    [Fact]
    public void Release_listed_twice_is_refused()
    {
        var facts = SampleRelease.Facts with { Measurements = [SampleRelease.Facts.Measurements[0], SampleRelease.Facts.Measurements[0]] };

        Assert.Throws<ArgumentException>(() => PrivacyStatement.Of(facts));
    }

    [Fact]
    public void Text_from_outside_cannot_change_the_shape_of_the_markdown()
    {
        var statement = PrivacyStatement.Of(SampleRelease.Facts with { OwnersFrom = "a|b\n# c `d`" });

        Assert.Contains("| owners | a\\|b # c \\`d\\` |", statement.ToMarkdown(), StringComparison.Ordinal);
    }

    private static StatementFacts Gaussian(double sigma, int steps, double delta, double epsilon) => SampleRelease.Facts with
    {
        RequestedEpsilon = epsilon,
        Delta = delta,
        Measurements = [new StatedMeasurement("iteration-001", new GaussianEvent { NoiseMultiplier = sigma, Count = steps }, 1, SampleRelease.Hash("g"))],
    };
}
