using System.Collections.Concurrent;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Ledgers;

/// <summary>Composes what lies on ledgers, and remembers what it found: an evaluation can take tens of milliseconds.</summary>
public sealed class LedgerAccountant
{
    /// <summary>Room for the rounding of ε, relative; far below anything that matters to privacy.</summary>
    public const double Tolerance = 1e-12;

    private const int MaximumRemembered = 4096;
    private const int MaximumEvaluations = 20;
    private const double RemainingAccuracy = 1e-6;

    private readonly ConcurrentDictionary<(string Events, double Delta), EpsilonBound> _composed = new();
    private readonly ConcurrentDictionary<(string Events, LedgerCap Cap), double> _remaining = new();

    /// <summary>ε of the events in nats at δ under add/remove, by the tightest accountant that covers them.</summary>
    /// <param name="events">The events; none cost 0.</param>
    /// <param name="delta">δ, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range.</exception>
    /// <exception cref="NotSupportedException">No accountant covers an event.</exception>
    public EpsilonBound Compose(EventTotals events, double delta)
    {
        if (events.IsEmpty)
        {
            return new EpsilonBound(0, 0, 0, AccountantKind.Gdp);
        }

        return Remembered(_composed, (events.Identity, delta), () => PrivacyAccountant.Epsilon(events.ToEvents(), delta));
    }

    /// <summary>Whether a cap admits the events, but for <see cref="Tolerance"/>.</summary>
    /// <exception cref="NotSupportedException">No accountant covers an event.</exception>
    public bool Admits(LedgerCap cap, EventTotals events) => Compose(events, cap.Delta).Epsilon <= cap.Epsilon * (1 + Tolerance);

    /// <summary>
    /// ε of the costliest single Gaussian measurement that a cap still admits beside the events; 0 if none. Found from below to a relative
    /// 1e-6 of μ², within some twenty evaluations of the accountant, by regula falsi after Illinois (Dowell and Jarratt, BIT 11 (1971)). In nats,
    /// at the cap's δ; at most the cap's ε.
    /// </summary>
    public double RemainingEpsilon(LedgerCap cap, EventTotals committed) => committed.IsEmpty
        ? cap.Epsilon
        : Remembered(_remaining, (committed.Identity, cap), () => FindRemaining(cap, committed));

    private static TValue Remembered<TKey, TValue>(ConcurrentDictionary<TKey, TValue> memory, TKey key, Func<TValue> find)
        where TKey : notnull
    {
        if (memory.TryGetValue(key, out var known))
        {
            return known;
        }

        if (memory.Count >= MaximumRemembered)
        {
            memory.Clear();
        }

        return memory[key] = find();
    }

    /// <summary>False position after Illinois on μ², in which ε is nearly linear.</summary>
    private double FindRemaining(LedgerCap cap, EventTotals committed)
    {
        double Excess(double muSquared) =>
            PrivacyAccountant.Epsilon([.. committed.ToEvents(), new GaussianEvent { NoiseMultiplier = 1 / Math.Sqrt(muSquared) }], cap.Delta).Epsilon
            - cap.Epsilon;

        var mu = GaussianAccountant.Mu(cap.Epsilon, cap.Delta);
        var (low, high) = (0.0, mu * mu);
        var (below, above) = (Compose(committed, cap.Delta).Epsilon - cap.Epsilon, Excess(high));
        if (below >= 0)
        {
            return 0;
        }

        // An end that stays twice in a row has its value halved, so that the other end cannot stand still.
        var stayed = 0;
        for (var evaluation = 0; evaluation < MaximumEvaluations && high - low > RemainingAccuracy * mu * mu; evaluation++)
        {
            var middle = double.IsFinite(above) ? low + ((high - low) * below / (below - above)) : (low + high) / 2;
            var excess = Excess(middle);
            if (excess <= 0)
            {
                (low, below) = (middle, Math.Min(excess, -double.Epsilon));
                above = stayed > 0 ? above / 2 : above;
                stayed = 1;
            }
            else
            {
                (high, above) = (middle, excess);
                below = stayed < 0 ? below / 2 : below;
                stayed = -1;
            }
        }

        return low > 0 ? Math.Min(cap.Epsilon, GaussianAccountant.Epsilon(Math.Sqrt(low), cap.Delta)) : 0;
    }
}
