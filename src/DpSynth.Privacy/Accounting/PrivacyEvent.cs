using System.Text.Json.Serialization;

namespace DpSynth.Privacy.Accounting;

/// <summary>
/// One noisy measurement, or several alike: the mechanism, its parameters, how often. The vocabulary that ledgers store, statements list
/// and accountants add up. Holds public parameters only. Equality is by value.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "mechanism")]
[JsonDerivedType(typeof(GaussianEvent), "gaussian")]
[JsonDerivedType(typeof(DiscreteGaussianEvent), "discrete-gaussian")]
[JsonDerivedType(typeof(SubsampledGaussianEvent), "subsampled-gaussian")]
[JsonDerivedType(typeof(LaplaceEvent), "laplace")]
[JsonDerivedType(typeof(ExplicitEvent), "explicit")]
public abstract record PrivacyEvent
{
    private readonly int _count = 1;

    /// <summary>How many measurements of this kind, each with fresh noise, possibly chosen after seeing the earlier ones. At least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Count
    {
        get => _count;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _count = value;
        }
    }
}

/// <summary>Continuous Gaussian noise on a query of any number of coordinates.</summary>
public sealed record GaussianEvent : PrivacyEvent
{
    /// <summary>σ: standard deviation ÷ L2 sensitivity under add/remove. Above 0 and finite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required double NoiseMultiplier { get; init => field = Require.InRange(value); }
}

/// <summary>Noise from the discrete Gaussian N_Z(0, σ²) on every coordinate of an integer query (arXiv 2004.00010).</summary>
public sealed record DiscreteGaussianEvent : PrivacyEvent
{
    /// <summary>σ², the parameter (not the variance), in squared units of the integer query.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is 0: a fraction that was never set.</exception>
    public required Rational SigmaSquared
    {
        get;
        init => field = value.Numerator.IsZero
            ? throw new ArgumentOutOfRangeException(nameof(SigmaSquared), value, "A variance is above 0.")
            : value;
    }

    /// <summary>D, in units of the integer query: how far one unit can move it under add/remove. At least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public long Sensitivity
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1;

    /// <summary>How a unit's contribution lies among the coordinates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the shapes.</exception>
    public ContributionShape Contribution
    {
        get;
        init => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Contribution), value, "There is no such shape of a contribution.");
    } = ContributionShape.OneCoordinate;
}

/// <summary>How a unit's contribution to an integer query lies among its coordinates.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ContributionShape>))]
public enum ContributionShape
{
    /// <summary>One coordinate changes by at most D, as when every unit has one vote.</summary>
    [JsonStringEnumMemberName("one-coordinate")]
    OneCoordinate,

    /// <summary>Any coordinates change, by an integer vector of L2 norm at most D.</summary>
    [JsonStringEnumMemberName("vector")]
    Vector,
}

/// <summary>Gaussian noise on a sum over a Poisson sample: every unit is in it independently with the sampling rate.</summary>
public sealed record SubsampledGaussianEvent : PrivacyEvent
{
    /// <summary>σ: standard deviation ÷ L2 sensitivity under add/remove. Above 0 and finite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required double NoiseMultiplier { get; init => field = Require.InRange(value); }

    /// <summary>q, inside [0, 1].</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required double SamplingRate
    {
        get;
        init => field = value is >= 0 and <= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(SamplingRate), value, "A sampling rate lies inside [0, 1].");
    }
}

/// <summary>Laplace noise.</summary>
public sealed record LaplaceEvent : PrivacyEvent
{
    /// <summary>b: scale ÷ L1 sensitivity under add/remove; ε of one measurement is 1/b. Above 0 and finite.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public required double NoiseMultiplier { get; init => field = Require.InRange(value); }
}

/// <summary>A mechanism with finitely many outcomes, given by its two dominating distributions.</summary>
public sealed record ExplicitEvent : PrivacyEvent
{
    /// <summary>How far the probabilities may add up to something else than 1.</summary>
    private const double SumTolerance = 1e-12;

    /// <summary>Probability of each outcome on one input; not negative, adding up to 1 within 1e-12.</summary>
    /// <exception cref="ArgumentException">They are not, or there are not as many as <see cref="NeighbourProbabilities"/>.</exception>
    public required EquatableList<double> Probabilities
    {
        get;
        init => field = Checked(value, NeighbourProbabilities, nameof(Probabilities));
    }

    /// <summary>Probability of the same outcomes on the neighbouring input.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Probabilities"/>.</exception>
    public required EquatableList<double> NeighbourProbabilities
    {
        get;
        init => field = Checked(value, Probabilities, nameof(NeighbourProbabilities));
    }

    private static EquatableList<double> Checked(EquatableList<double> values, EquatableList<double>? others, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        double sum = 0;
        foreach (var value in values)
        {
            if (!(value >= 0))
            {
                throw new ArgumentException("A probability is negative or not a number.", name);
            }

            sum += value;
        }

        if (!(Math.Abs(sum - 1) <= SumTolerance))
        {
            throw new ArgumentException("Probabilities must add up to 1 within 1e-12.", name);
        }

        return others is null || others.Count == values.Count
            ? values
            : throw new ArgumentException("Both distributions must be over the same outcomes.", name);
    }
}
