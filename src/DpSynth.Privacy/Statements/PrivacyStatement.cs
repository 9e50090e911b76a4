using System.Text.Json.Serialization;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Statements;

/// <summary>
/// What a run cost, complete enough to be checked by others: the content of a release's <c>privacy.json</c>. It holds the facts of the
/// run and what follows from them; <see cref="ReleaseVerification"/> recomputes the latter. Public parameters only.
/// </summary>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record PrivacyStatement
{
    /// <summary>Version of this format.</summary>
    public const int CurrentFormatVersion = 2;

    /// <summary>Name of the file in a release.</summary>
    public const string FileName = "privacy.json";

    /// <summary>Name of the file for people in a release: <see cref="ToMarkdown"/>.</summary>
    public const string MarkdownFileName = "PRIVACY.md";

    private static readonly double[] StatedDeltas = [1e-5, 1e-6, 1e-7, 1e-8, 1e-9];

    /// <summary>Version of the format that this statement is in.</summary>
    public int FormatVersion { get; init; } = CurrentFormatVersion;

    /// <summary>The product and its version.</summary>
    public required string Product { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>ε in nats of all measurements together at <see cref="Delta"/>: a certified upper bound, at most <see cref="RequestedEpsilon"/>.</summary>
    public required double Epsilon { get; init; }

    /// <summary>δ, inside (0, 1).</summary>
    public required double Delta { get; init; }

    /// <summary>Where δ comes from.</summary>
    public required DeltaSource DeltaSource { get; init; }

    /// <summary>ε in nats that was asked for, above 0 and finite.</summary>
    public required double RequestedEpsilon { get; init; }

    /// <summary>Whose presence is hidden.</summary>
    public required PrivacyUnit Unit { get; init; }

    /// <summary>How owners were told apart, in words; null where the unit is an image.</summary>
    public string? OwnersFrom { get; init; }

    /// <summary>Which two inputs count as neighbours.</summary>
    public required Adjacency Adjacency { get; init; }

    /// <summary>The accountant that found <see cref="Epsilon"/>.</summary>
    public required AccountantKind Accountant { get; init; }

    /// <summary>The interval that certainly holds the exact ε at <see cref="Delta"/>.</summary>
    public required EpsilonInterval Interval { get; init; }

    /// <summary>ε at δ = 1e-5, 1e-6, …, 1e-9: upper bounds for the same measurements.</summary>
    public required EquatableList<EpsilonAtDelta> Curve { get; init; }

    /// <summary>The same measurements under the other adjacency.</summary>
    public required OtherAdjacencyCost OtherAdjacency { get; init; }

    /// <summary>The measurements in order; everything published is computed from them and from public data.</summary>
    [JsonPropertyName("releases")]
    public required EquatableList<MeasurementCost> Measurements { get; init; }

    /// <summary>What the request declared public or the product takes as public, one sentence each.</summary>
    public required EquatableList<string> DeclaredPublic { get; init; }

    /// <summary>What the guarantee does not cover, one sentence each.</summary>
    public required EquatableList<string> NotCovered { get; init; }

    /// <summary>States what a run cost.</summary>
    /// <exception cref="ArgumentOutOfRangeException">δ or the requested ε is out of range, or a measurement has less than one grid unit a vote.</exception>
    /// <exception cref="ArgumentException">Two measurements have the same key.</exception>
    /// <exception cref="InvalidOperationException">The measurements cost more than was asked for.</exception>
    /// <exception cref="NotSupportedException">No accountant covers a measurement.</exception>
    public static PrivacyStatement Of(StatementFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        Require.Probability(facts.Delta);
        Require.Positive(facts.RequestedEpsilon);
        if (facts.Measurements.DistinctBy(measurement => measurement.Key, StringComparer.Ordinal).Count() != facts.Measurements.Count)
        {
            throw new ArgumentException("Two measurements have the same key.", nameof(facts));
        }

        PrivacyEvent[] events = [.. facts.Measurements.Select(measurement => measurement.Event)];
        var bound = PrivacyAccountant.Epsilon(events, facts.Delta, facts.Adjacency);
        if (!(bound.Epsilon <= facts.RequestedEpsilon))
        {
            throw new InvalidOperationException(
                $"The measurements cost ε = {bound.Epsilon:R} at δ = {facts.Delta:R}, more than the ε = {facts.RequestedEpsilon:R} that was asked for.");
        }

        var other = facts.Adjacency == Adjacency.AddRemove ? Adjacency.ReplaceOne : Adjacency.AddRemove;
        return new PrivacyStatement
        {
            Product = facts.Product,
            RunId = facts.RunId,
            Dataset = facts.Dataset,
            Epsilon = bound.Epsilon,
            Delta = facts.Delta,
            DeltaSource = facts.DeltaSource,
            RequestedEpsilon = facts.RequestedEpsilon,
            Unit = facts.Unit,
            OwnersFrom = facts.OwnersFrom,
            Adjacency = facts.Adjacency,
            Accountant = bound.Accountant,
            Interval = new EpsilonInterval(bound.Lower, bound.Upper),
            Curve = CurveOf(events, facts.Adjacency),
            OtherAdjacency = new OtherAdjacencyCost(other, PrivacyAccountant.Epsilon(events, facts.Delta, other).Epsilon, CurveOf(events, other)),
            Measurements = [.. facts.Measurements.Select(MeasurementCost.Of)],
            DeclaredPublic = [.. facts.DeclaredPublic],
            NotCovered = [.. StatementSentences.NotCovered(facts)],
        };
    }

    /// <summary>The facts that everything else in the statement follows from.</summary>
    public StatementFacts Facts() => new()
    {
        Product = Product,
        RunId = RunId,
        Dataset = Dataset,
        Unit = Unit,
        OwnersFrom = OwnersFrom,
        Adjacency = Adjacency,
        RequestedEpsilon = RequestedEpsilon,
        Delta = Delta,
        DeltaSource = DeltaSource,
        Measurements = [.. Measurements.Select(made => new StatedMeasurement(made.Key, made.Event, made.UnitsPerVote, made.LedgerEntry))],
        DeclaredPublic = DeclaredPublic,
    };

    /// <summary>The statement for people: the text of <c>PRIVACY.md</c>.</summary>
    public string ToMarkdown() => StatementMarkdown.Render(this);

    private static EquatableList<EpsilonAtDelta> CurveOf(PrivacyEvent[] events, Adjacency adjacency) =>
        [.. StatedDeltas.Zip(PrivacyAccountant.Curve(events, StatedDeltas, adjacency), (delta, bound) => new EpsilonAtDelta(delta, bound.Epsilon))];
}

/// <summary>Bounds of the exact ε.</summary>
/// <param name="Lower">The exact ε is at least this.</param>
/// <param name="Upper">The exact ε is at most this.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record EpsilonInterval(double Lower, double Upper);

/// <summary>One point of the curve ε(δ).</summary>
/// <param name="Delta">δ.</param>
/// <param name="Epsilon">ε in nats, an upper bound.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record EpsilonAtDelta(double Delta, double Epsilon);

/// <summary>What the measurements cost under the adjacency that the statement is not about.</summary>
/// <param name="Adjacency">That adjacency.</param>
/// <param name="Epsilon">ε in nats at the statement's δ, an upper bound.</param>
/// <param name="Curve">ε at δ = 1e-5, 1e-6, …, 1e-9.</param>
[JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
public sealed record OtherAdjacencyCost(Adjacency Adjacency, double Epsilon, EquatableList<EpsilonAtDelta> Curve);

/// <summary>One measurement: the output of a mechanism, noise included.</summary>
/// <param name="Key">Its name in the run and on the ledger.</param>
/// <param name="Sigma">The noise's σ in votes (its scale for Laplace noise); null where the mechanism has none.</param>
/// <param name="Event">Mechanism and parameters.</param>
/// <param name="UnitsPerVote">Grid units that make one full vote.</param>
/// <param name="LedgerEntry">SHA-256 of the ledger entry that spent it, in hexadecimal.</param>
public sealed record MeasurementCost(string Key, double? Sigma, PrivacyEvent Event, long UnitsPerVote, string LedgerEntry)
{
    /// <summary>Works out σ.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A vote has no grid unit.</exception>
    public static MeasurementCost Of(StatedMeasurement measurement)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        ArgumentOutOfRangeException.ThrowIfLessThan(measurement.UnitsPerVote, 1, nameof(measurement));
        return new MeasurementCost(
            measurement.Key, SigmaOf(measurement.Event, measurement.UnitsPerVote), measurement.Event, measurement.UnitsPerVote, measurement.LedgerEntry);
    }

    /// <summary>σ of a measurement's noise in votes (its scale for Laplace noise); null where the mechanism has none.</summary>
    /// <param name="measurement">The measurement.</param>
    /// <param name="unitsPerVote">Grid units that make one full vote, at least 1; only discrete noise is measured in them.</param>
    public static double? SigmaOf(PrivacyEvent measurement, long unitsPerVote) => measurement switch
    {
        DiscreteGaussianEvent discrete => Math.Sqrt(discrete.SigmaSquared.ToDouble()) / unitsPerVote,
        GaussianEvent gaussian => gaussian.NoiseMultiplier,
        SubsampledGaussianEvent subsampled => subsampled.NoiseMultiplier,
        LaplaceEvent laplace => laplace.NoiseMultiplier,
        _ => null,
    };
}
