namespace DpSynth.Privacy.Accounting;

/// <summary>Adds up privacy events: the door to all accountants.</summary>
public static class PrivacyAccountant
{
    /// <summary>ε of all events together at one δ.</summary>
    /// <param name="events">The releases; empty costs 0.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours; parameters of events are always given for add/remove.</param>
    /// <param name="accountant">Which accountant; auto takes the tightest that covers the events.</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range.</exception>
    /// <exception cref="NotSupportedException">The accountant asked for does not cover an event; the message says which.</exception>
    public static EpsilonBound Epsilon(
        IReadOnlyCollection<PrivacyEvent> events,
        double delta,
        Adjacency adjacency = Adjacency.AddRemove,
        AccountantKind accountant = AccountantKind.Auto)
    {
        ArgumentNullException.ThrowIfNull(events);
        double scale = adjacency == Adjacency.ReplaceOne ? 2 : 1;
        double sum = 0;
        foreach (PrivacyEvent release in events)
        {
            sum += scale * release.Count * release switch
            {
                GaussianEvent gaussian => 1 / gaussian.NoiseMultiplier / gaussian.NoiseMultiplier,
                DiscreteGaussianEvent discrete => (double)discrete.Sensitivity * discrete.Sensitivity / discrete.SigmaSquared.ToDouble(),
                _ => throw new NotSupportedException($"No accountant covers {release.GetType().Name}."),
            };
        }

        double epsilon = GaussianAccountant.Epsilon(Math.Sqrt(sum), delta);
        return new EpsilonBound(epsilon, epsilon, epsilon, AccountantKind.Gdp);
    }
}
