using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Accounting;

/// <summary>Adds up privacy events: the door to all accountants.</summary>
public static class PrivacyAccountant
{
    /// <summary>How wide the interval of a curve may be, relative to ε, before one of its points is composed on its own.</summary>
    private const double CurveWidth = 1e-3;

    /// <summary>ε of all events together at one δ.</summary>
    /// <param name="events">The measurements; empty costs 0.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours; parameters of events are always given for add/remove.</param>
    /// <param name="accountant">Which accountant; auto takes the tightest that covers the events.</param>
    /// <returns>In nats; the interval is closed and holds the exact ε of the composition.</returns>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range, or Gaussian noise so little that ε is beyond the doubles.</exception>
    /// <exception cref="ArgumentException">An event is null.</exception>
    /// <exception cref="NotSupportedException">
    /// The accountant asked for does not cover an event, or no grid holds the losses of noise so little; the message says which.
    /// </exception>
    public static EpsilonBound Epsilon(
        IReadOnlyCollection<PrivacyEvent> events,
        double delta,
        Adjacency adjacency = Adjacency.AddRemove,
        AccountantKind accountant = AccountantKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.Probability(delta);
        switch (Choose(events, adjacency, accountant))
        {
            case AccountantKind.Gdp:
                (var upperMu, var lowerMu) = Mu(events, adjacency);
                var upper = GaussianAccountant.Epsilon(upperMu, delta);
                return new EpsilonBound(
                    upper, lowerMu == 0 ? 0 : Math.Min(upper, Gaussian(lowerMu).LowerEpsilon(Math.Log(delta))), upper, AccountantKind.Gdp);
            case AccountantKind.Rdp:
                var epsilon = RdpAccountant.Epsilon(events, delta, adjacency).Epsilon;
                return new EpsilonBound(epsilon, 0, epsilon, AccountantKind.Rdp);
            default:
                return PldAccountant.Epsilon(events, delta, adjacency);
        }
    }

    /// <summary>δ of all events together at one ε.</summary>
    /// <param name="events">The measurements; empty costs 0.</param>
    /// <param name="epsilon">ε of the whole in nats, at least 0 and finite.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="accountant">Which accountant; auto takes the tightest that covers the events.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is out of range.</exception>
    /// <exception cref="ArgumentException">An event is null.</exception>
    /// <exception cref="NotSupportedException">
    /// The accountant asked for does not cover an event, or no grid holds the losses of noise so little; the message says which.
    /// </exception>
    public static DeltaBound Delta(
        IReadOnlyCollection<PrivacyEvent> events,
        double epsilon,
        Adjacency adjacency = Adjacency.AddRemove,
        AccountantKind accountant = AccountantKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.NonNegative(epsilon);
        switch (Choose(events, adjacency, accountant))
        {
            case AccountantKind.Gdp:
                (var upperMu, var lowerMu) = Mu(events, adjacency);
                var upper = upperMu == 0 ? 0 : Math.Exp(Gaussian(upperMu).LogUpper(epsilon));
                return new DeltaBound(upper, lowerMu == 0 ? 0 : Math.Exp(Gaussian(lowerMu).LogLower(epsilon)), upper, AccountantKind.Gdp);
            case AccountantKind.Rdp:
                var delta = RdpAccountant.Delta(events, epsilon, adjacency);
                return new DeltaBound(delta, 0, delta, AccountantKind.Rdp);
            default:
                return PldAccountant.Delta(events, epsilon, adjacency);
        }
    }

    /// <summary>ε at each of several δ, from as few compositions as the width of the certified intervals allows.</summary>
    /// <param name="events">The measurements; empty costs 0.</param>
    /// <param name="deltas">The values of δ, each inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="accountant">Which accountant; auto takes the tightest that covers the events.</param>
    /// <returns>One bound a δ, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A δ is out of range.</exception>
    /// <exception cref="ArgumentException">An event is null.</exception>
    /// <exception cref="NotSupportedException">
    /// The accountant asked for does not cover an event, or no grid holds the losses of noise so little; the message says which.
    /// </exception>
    public static IReadOnlyList<EpsilonBound> Curve(
        IReadOnlyCollection<PrivacyEvent> events,
        IReadOnlyList<double> deltas,
        Adjacency adjacency = Adjacency.AddRemove,
        AccountantKind accountant = AccountantKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(deltas);
        foreach (var delta in deltas)
        {
            Require.Probability(delta, nameof(deltas));
        }

        if (deltas.Count == 0 || Choose(events, adjacency, accountant) is var chosen && chosen != AccountantKind.Pld)
        {
            return [.. deltas.Select(delta => Epsilon(events, delta, adjacency, accountant))];
        }

        var curve = PldAccountant.Compose(events, Math.Exp(deltas.Average(Math.Log)), adjacency);
        return
        [
            .. deltas.Select(delta => curve.Epsilon(delta) is var bound && bound.Upper - bound.Lower <= CurveWidth * bound.Upper
                ? bound
                : PldAccountant.Epsilon(events, delta, adjacency)),
        ];
    }

    private static AccountantKind Choose(IReadOnlyCollection<PrivacyEvent> events, Adjacency adjacency, AccountantKind accountant)
    {
        if (events.Any(measurement => measurement is null))
        {
            throw new ArgumentException("An event is missing.", nameof(events));
        }

        if (accountant is AccountantKind.Pld or AccountantKind.Rdp)
        {
            return accountant;
        }

        foreach (var measurement in events)
        {
            if (GaussianEquivalent.Of(measurement, adjacency, double.PositiveInfinity) is null)
            {
                return accountant == AccountantKind.Auto
                    ? AccountantKind.Pld
                    : throw new NotSupportedException(
                        $"Gaussian differential privacy does not cover a {measurement.GetType().Name}: it is exact for Gaussian noise, "
                            + "and for discrete Gaussian noise on vectors; use the accountant pld or auto.");
            }
        }

        return AccountantKind.Gdp;
    }

    private static (double Upper, double Lower) Mu(IReadOnlyCollection<PrivacyEvent> events, Adjacency adjacency)
    {
        double upper = 0;
        double lower = 0;
        foreach (var measurement in events)
        {
            var gaussian = GaussianEquivalent.Of(measurement, adjacency, double.PositiveInfinity)!.Value;
            upper += measurement.Count * gaussian.UpperMuSquared;
            lower += measurement.Count * gaussian.LowerMuSquared;
        }

        return (Math.Sqrt(upper), Math.Sqrt(lower));
    }

    private static SingleMeasurementCurve Gaussian(double mu)
    {
        SubsampledGaussianLoss law = new(mu, 1, LossDirection.Remove);
        return new SingleMeasurementCurve(law, law);
    }
}
