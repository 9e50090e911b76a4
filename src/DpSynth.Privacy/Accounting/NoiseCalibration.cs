using System.Numerics;

namespace DpSynth.Privacy.Accounting;

/// <summary>Finds how much noise a schedule of measurements needs.</summary>
public static class NoiseCalibration
{
    /// <summary>How close to the smallest noise a search comes, relative.</summary>
    private const double Tolerance = 1e-10;

    /// <summary>How close to ε its cost comes, relative.</summary>
    private const double CostTolerance = 9e-10;

    private const int NumeratorBits = 36;
    private const int MaxDenominatorBits = 39;

    /// <summary>
    /// The smallest discrete Gaussian noise with which the measurements, together with what is fixed already, are (ε, δ)-DP:
    /// σ_t² ∝ 1/w_t.
    /// </summary>
    /// <param name="epsilon">ε of the whole in nats, above 0 and finite.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="weights">w_t: relative share of the budget of each measurement, above 0 and finite.</param>
    /// <param name="sensitivity">D of every measurement in units of its integer query, at least 1.</param>
    /// <param name="contribution">How a unit's contribution lies among the coordinates.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="alreadySpent">Events that the same ε must cover too; empty for none.</param>
    /// <returns>
    /// One event a weight, in order. <see cref="PrivacyAccountant.Epsilon"/> of them and <paramref name="alreadySpent"/> is at most
    /// <paramref name="epsilon"/>. Every σ² is a whole number of about 36 bits over a power of two, so that exact samplers stay in
    /// machine integers.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">
    /// There are no weights, what is spent already leaves nothing, or a variance would be beyond the range of a double.
    /// </exception>
    public static IReadOnlyList<DiscreteGaussianEvent> Calibrate(
        double epsilon,
        double delta,
        ReadOnlySpan<double> weights,
        long sensitivity = 1,
        ContributionShape contribution = ContributionShape.OneCoordinate,
        Adjacency adjacency = Adjacency.AddRemove,
        IReadOnlyCollection<PrivacyEvent>? alreadySpent = null)
    {
        Require.Positive(epsilon);
        ArgumentOutOfRangeException.ThrowIfLessThan(sensitivity, 1);
        var multipliers = GaussianAccountant.NoiseMultipliers(epsilon, delta, weights);
        RequireBudget(epsilon, delta, adjacency, alreadySpent);
        var least = contribution == ContributionShape.Vector ? GaussianEquivalent.LeastSigmaSquared : 0;
        DiscreteGaussianEvent[] Events(double scale)
        {
            var events = new DiscreteGaussianEvent[multipliers.Length];
            for (var t = 0; t < events.Length; t++)
            {
                var sigma = multipliers[t] * scale * sensitivity;
                events[t] = new DiscreteGaussianEvent
                {
                    SigmaSquared = RoundUp(Math.Max(least, sigma * sigma)),
                    Sensitivity = sensitivity,
                    Contribution = contribution,
                };
            }

            return events;
        }

        var smallest = Smallest(
            scale => PrivacyAccountant.Epsilon([.. Events(scale), .. alreadySpent ?? []], delta, adjacency).Epsilon,
            epsilon,
            adjacency == Adjacency.ReplaceOne ? Math.Sqrt(2) : 1);
        return Events(smallest);
    }

    /// <summary>
    /// The smallest noise multiplier of a family of events that is (ε, δ)-DP, within 1e-9 relative or to where the accountant's own
    /// resolution ends.
    /// </summary>
    /// <param name="measurement">Makes the event, with its count, of a noise multiplier above 0.</param>
    /// <param name="epsilon">ε of the whole in nats, above 0 and finite.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="accountant">Which accountant.</param>
    /// <param name="alreadySpent">Events that the same ε must cover too; empty for none.</param>
    /// <returns>A noise multiplier whose events cost at most ε.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">What is spent already leaves nothing.</exception>
    /// <exception cref="NotSupportedException">The accountant does not cover the event.</exception>
    public static double NoiseMultiplier(
        Func<double, PrivacyEvent> measurement,
        double epsilon,
        double delta,
        Adjacency adjacency = Adjacency.AddRemove,
        AccountantKind accountant = AccountantKind.Auto,
        IReadOnlyCollection<PrivacyEvent>? alreadySpent = null)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        Require.Positive(epsilon);
        Require.Probability(delta);
        RequireBudget(epsilon, delta, adjacency, alreadySpent);
        return Smallest(
            sigma => PrivacyAccountant.Epsilon([measurement(sigma), .. alreadySpent ?? []], delta, adjacency, accountant).Epsilon,
            epsilon,
            1);
    }

    private static void RequireBudget(double epsilon, double delta, Adjacency adjacency, IReadOnlyCollection<PrivacyEvent>? spent)
    {
        if (spent is { Count: > 0 } && PrivacyAccountant.Epsilon(spent, delta, adjacency).Epsilon is var cost && cost >= epsilon)
        {
            throw new ArgumentException(
                $"What is fixed already costs epsilon {cost:G6} at delta {delta:R}; that leaves nothing of {epsilon:G6}.", nameof(spent));
        }
    }

    /// <summary>The smallest scale whose cost is within the budget; the cost falls with the scale.</summary>
    private static double Smallest(Func<double, double> cost, double budget, double guess)
    {
        (var lower, var lowerCost, var upper, var upperCost) = Bracket(cost, budget, guess);
        var halve = false;
        for (var i = 0; i < 200 && upper > lower * (1 + Tolerance) && upperCost < budget * (1 - CostTolerance); i++)
        {
            // Regula falsi on logarithms, where the curve is nearly straight, aimed a little into the admissible side; every
            // other time bisection, so that the bracket shrinks whatever the curve.
            var low = Math.Log(lower);
            var high = Math.Log(upper);
            var slope = (Math.Log(upperCost) - Math.Log(lowerCost)) / (high - low);
            var aim = high + ((Math.Log(budget) - (CostTolerance / 2) - Math.Log(upperCost)) / slope);
            var middle = halve || !(aim > low && aim < high) ? (low + high) / 2 : aim;
            halve = !halve && i > 6;
            var next = Math.Exp(middle);
            if (next <= lower || next >= upper)
            {
                break;
            }

            var nextCost = cost(next);
            if (nextCost <= budget)
            {
                (upper, upperCost) = (next, nextCost);
            }
            else
            {
                (lower, lowerCost) = (next, nextCost);
                if (i > 0 && double.IsFinite(aim))
                {
                    // The root is just above: close the bracket from there.
                    var near = next * (1 + (4 * Math.Abs(Math.Log(nextCost / budget) / slope)) + (Tolerance / 2));
                    if (near < upper && cost(near) is var nearCost && nearCost <= budget)
                    {
                        (upper, upperCost) = (near, nearCost);
                    }
                }
            }
        }

        return upper;
    }

    private static (double Lower, double LowerCost, double Upper, double UpperCost) Bracket(
        Func<double, double> cost, double budget, double guess)
    {
        var at = guess;
        var found = cost(at);
        if (found <= budget)
        {
            for (var factor = 1.001; ; factor = Math.Min(factor * factor, 4))
            {
                var lower = at / factor;
                var lowerCost = cost(lower);
                if (lowerCost > budget || lower < guess * 1e-9)
                {
                    return (lower, lowerCost, at, found);
                }

                (at, found) = (lower, lowerCost);
            }
        }

        for (var factor = 1.001; at < guess * 1e12; factor = Math.Min(factor * factor, 4))
        {
            var upper = at * factor;
            var upperCost = cost(upper);
            if (upperCost <= budget)
            {
                return (at, found, upper, upperCost);
            }

            (at, found) = (upper, upperCost);
        }

        throw new ArgumentException("No noise, however large, keeps within the budget.", nameof(budget));
    }

    /// <summary>The next fraction above a variance whose numerator and denominator fit 40 bits where that leaves nine digits.</summary>
    /// <exception cref="ArgumentException">The variance is 0 or infinite as a double.</exception>
    private static Rational RoundUp(double value)
    {
        if (!double.IsFinite(value) || value <= 0)
        {
            throw new ArgumentException(
                "The noise that this budget, these weights and this sensitivity ask for is beyond the range of a double: bring them closer to 1.",
                nameof(value));
        }

        var shift = Math.Clamp(NumeratorBits - 1 - Math.ILogB(value), 0, MaxDenominatorBits);
        return new Rational(new BigInteger(Math.Ceiling(Math.ScaleB(value, shift))), BigInteger.One << shift);
    }
}
