using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

/// <summary>
/// The text for people, word for word: verification renders it again with the same code, so that it cannot tell a sentence that has gone wrong. The
/// figures are made up, for the last digits of real ones differ between processors.
/// </summary>
public sealed class StatementMarkdownTests
{
    [Theory]
    [InlineData("owner.md")]
    [InlineData("image.md")]
    [InlineData("nothing.md")]
    public void Text_reads_as_it_was_read_by_people(string file)
    {
        var expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statements", "Rendered", file));

        Assert.Equal(expected, Statements[file].ToMarkdown());
    }

    // min(e^ε/20 + δ, 1 − e^−ε(19/20 − δ)) by hand, to four digits, rounded up.
    [Theory]
    [InlineData(0.001, 0, "5.01 %")]
    [InlineData(1, 1e-5, "13.6 %")]
    [InlineData(1, 0.01, "14.6 %")]
    [InlineData(2, 1e-5, "36.95 %")]
    [InlineData(3, 1e-5, "95.28 %")]
    [InlineData(3, 0.02, "95.37 %")]
    [InlineData(8, 1e-5, "99.97 %")]
    [InlineData(20, 1e-5, "100 %")]
    [InlineData(0.5, 0.96, "100 %")]
    public void Chance_of_detection_is_the_least_that_epsilon_and_delta_leave(double epsilon, double delta, string expected)
    {
        var text = (Owner with { Epsilon = epsilon, Delta = delta }).ToMarkdown();

        Assert.Contains($"\n**{expected}**, whatever else they know", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Epsilon_is_rounded_up_where_it_is_rounded()
    {
        var text = (Owner with { Epsilon = 1.00001 }).ToMarkdown();

        Assert.Contains("This follows from ε = 1.0001\n", text, StringComparison.Ordinal);
        Assert.Contains("\n| ε | 1.00001 |\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_letter_that_markdown_reads_is_escaped()
    {
        var text = (Owner with { OwnersFrom = "\\|*_`<>[]\ta" }).ToMarkdown();

        Assert.Contains("| owners | \\\\\\|\\*\\_\\`\\<\\>\\[\\] a |\n", text, StringComparison.Ordinal);
    }

    private static PrivacyStatement Owner { get; } = new()
    {
        Product = "DpSynth 1.2.3",
        RunId = "birds_1",
        Dataset = "birds",
        Epsilon = 2.34561,
        Delta = 1.5e-6,
        DeltaSource = DeltaSource.NoisySize,
        RequestedEpsilon = 2.5,
        Unit = PrivacyUnit.Owner,
        OwnersFrom = "the folder at level 1",
        Adjacency = Adjacency.AddRemove,
        Accountant = AccountantKind.Pld,
        Interval = new EpsilonInterval(2.345, 2.34561),
        Curve = [new EpsilonAtDelta(1e-5, 2.1), new EpsilonAtDelta(1e-6, 2.40001)],
        OtherAdjacency = new OtherAdjacencyCost(Adjacency.ReplaceOne, 4.9, [new EpsilonAtDelta(1e-5, 4.5), new EpsilonAtDelta(1e-6, 5)]),
        Measurements =
        [
            new MeasurementCost(
                "class-counts",
                30,
                new DiscreteGaussianEvent { SigmaSquared = Rational.Parse("943718400"), Sensitivity = 1024, Contribution = ContributionShape.Vector },
                1024,
                SampleRelease.Hash("a")),
            new MeasurementCost("iteration-001", 2.5, new GaussianEvent { NoiseMultiplier = 2.5 }, 1, SampleRelease.Hash("b")),
        ],
        DeclaredPublic = ["The names of the classes are taken as public.", "It has [2] classes."],
        NotCovered = ["The first.", "The second."],
    };

    private static PrivacyStatement Image { get; } = Owner with
    {
        Delta = 1e-5,
        DeltaSource = DeltaSource.Request,
        Unit = PrivacyUnit.Image,
        OwnersFrom = null,
        Adjacency = Adjacency.ReplaceOne,
        Accountant = AccountantKind.Gdp,
        OtherAdjacency = Owner.OtherAdjacency with { Adjacency = Adjacency.AddRemove },
        Measurements =
        [
            new MeasurementCost("a", 2, new SubsampledGaussianEvent { NoiseMultiplier = 2, SamplingRate = 0.5 }, 1, SampleRelease.Hash("a")),
            new MeasurementCost("b", 3, new LaplaceEvent { NoiseMultiplier = 3 }, 1, SampleRelease.Hash("b")),
            new MeasurementCost(
                "c", null, new ExplicitEvent { Probabilities = [0.5, 0.5], NeighbourProbabilities = [0.25, 0.75] }, 1, SampleRelease.Hash("c")),
        ],
        DeclaredPublic = [],
    };

    private static Dictionary<string, PrivacyStatement> Statements { get; } = new(StringComparer.Ordinal)
    {
        ["owner.md"] = Owner,
        ["image.md"] = Image,
        ["nothing.md"] = Image with { Measurements = [], DeltaSource = DeltaSource.DeclaredSize, Accountant = AccountantKind.Rdp },
    };
}
