namespace DpSynth.Privacy.Accounting;

/// <summary>Finds how much noise a schedule of releases needs.</summary>
public static class NoiseCalibration
{
    /// <summary>
    /// The smallest discrete Gaussian noise with which the releases, together with what is fixed already, are (ε, δ)-DP:
    /// σ_t² ∝ 1/w_t.
    /// </summary>
    /// <param name="epsilon">ε of the whole in nats, above 0 and finite.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="weights">w_t: relative share of the budget of each release, above 0 and finite.</param>
    /// <param name="sensitivity">D of every release in units of its integer query, at least 1.</param>
    /// <param name="contribution">How a unit's contribution lies among the coordinates.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="alreadySpent">Events that the same ε must cover too; empty for none.</param>
    /// <returns>
    /// One event a weight, in order. <see cref="PrivacyAccountant.Epsilon"/> of them and <paramref name="alreadySpent"/> is at most
    /// <paramref name="epsilon"/>.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">There are no weights, or what is spent already leaves nothing.</exception>
    public static IReadOnlyList<DiscreteGaussianEvent> Calibrate(
        double epsilon,
        double delta,
        ReadOnlySpan<double> weights,
        long sensitivity = 1,
        ContributionShape contribution = ContributionShape.OneCoordinate,
        Adjacency adjacency = Adjacency.AddRemove,
        IReadOnlyCollection<PrivacyEvent>? alreadySpent = null)
    {
        double[] multipliers = GaussianAccountant.NoiseMultipliers(epsilon, delta, weights);
        DiscreteGaussianEvent[] events = new DiscreteGaussianEvent[multipliers.Length];
        for (int t = 0; t < events.Length; t++)
        {
            double sigma = multipliers[t] * sensitivity * (adjacency == Adjacency.ReplaceOne ? Math.Sqrt(2) : 1);
            events[t] = new DiscreteGaussianEvent { SigmaSquared = Rational.FromDouble(sigma * sigma), Sensitivity = sensitivity, Contribution = contribution };
        }

        return events;
    }
}
