using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Accounting;

/// <summary>Accounting by privacy loss distributions: the tightest for everything that is not Gaussian, with a proof on both sides.</summary>
/// <remarks>
/// <para>
/// The law of each measurement's privacy loss is put on a grid, once rounded up and once rounded down, tilted exponentially so that the losses
/// that decide δ carry the mass, and composed by powers of Fourier transforms. Discretisation, truncation, aliasing and rounding are
/// all inside the interval that is returned. Measurements that share a lattice (discrete Gaussians with equal D/σ²) are composed on it
/// without discretisation; Gaussian ones are first added up exactly.
/// </para>
/// <para>
/// Both directions of add/remove are composed and the larger ε is taken. Replace-one: a Gaussian's sensitivity grows by √2 and a discrete
/// Gaussian's single coordinate becomes two (contributions are not negative), Laplace's L1 sensitivity doubles, and the subsampled
/// Gaussian uses the pair that dominates for contributions of either sign with L2 norm at most 1.
/// </para>
/// </remarks>
public static class PldAccountant
{
    /// <summary>The whole curve of a composition, most accurate near one δ.</summary>
    /// <param name="events">The measurements.</param>
    /// <param name="delta">The δ to be most accurate at, inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range.</exception>
    /// <exception cref="NotSupportedException">
    /// An event is not covered, or has so little noise that no grid holds its losses; the message says why.
    /// </exception>
    public static PrivacyCurve Compose(
        IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency = Adjacency.AddRemove)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.Probability(delta);
        return Compose(events, adjacency, components => CurveComposer.ForDelta(components, Math.Log(delta)));
    }

    /// <summary>ε at one δ.</summary>
    /// <inheritdoc cref="Compose(IReadOnlyCollection{PrivacyEvent}, double, Adjacency)"/>
    public static EpsilonBound Epsilon(
        IReadOnlyCollection<PrivacyEvent> events, double delta, Adjacency adjacency = Adjacency.AddRemove)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.Probability(delta);
        var logDelta = Math.Log(delta);
        List<DeltaCurve> directions = [];
        double lower = 0;
        foreach (var components in LossLaws.Of(events, adjacency).Where(direction => direction.Count > 0))
        {
            // A direction whose Rényi bound is below what another one costs for certain need not be composed.
            if (lower > 0 && new LossMoments(components).BestForDelta(logDelta).Epsilon < lower)
            {
                continue;
            }

            var curve = CurveComposer.ForDelta(components, logDelta);
            lower = Math.Max(lower, curve.LowerEpsilon(logDelta));
            directions.Add(curve);
        }

        return new PrivacyCurve(directions, AccountantKind.Pld).Epsilon(delta);
    }

    /// <summary>δ at one ε.</summary>
    /// <param name="events">The measurements.</param>
    /// <param name="epsilon">ε in nats, at least 0 and finite.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is out of range.</exception>
    /// <exception cref="NotSupportedException">
    /// An event is not covered, or has so little noise that no grid holds its losses; the message says why.
    /// </exception>
    public static DeltaBound Delta(
        IReadOnlyCollection<PrivacyEvent> events, double epsilon, Adjacency adjacency = Adjacency.AddRemove)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.NonNegative(epsilon);
        return Compose(events, adjacency, components => CurveComposer.ForEpsilon(components, epsilon)).Delta(epsilon);
    }

    private static PrivacyCurve Compose(
        IReadOnlyCollection<PrivacyEvent> events, Adjacency adjacency, Func<IReadOnlyList<Component>, DeltaCurve> compose) =>
        new(
            [.. LossLaws.Of(events, adjacency).Where(components => components.Count > 0).Select(compose)],
            AccountantKind.Pld);
}
