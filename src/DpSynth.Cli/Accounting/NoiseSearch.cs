using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>Finds the least noise with which a mechanism's steps stay within an ε.</summary>
internal static class NoiseSearch
{
    // Where an accountant answers with an interval, digits beyond the interval mean nothing.
    private const double NarrowestInterval = 1e-9;
    private const double CoarseTolerance = 1e-7;
    private const double FineTolerance = 2e-12;

    /// <summary>
    /// The noise, with at most twelve significant digits, and what it costs: at most <paramref name="epsilon"/> for the very number
    /// returned.
    /// </summary>
    /// <exception cref="CommandException">No noise between 1e-6 and 1e12 sensitivities serves.</exception>
    public static (ExactDecimal Noise, EpsilonBound Cost) Least(
        Mechanism mechanism, int steps, double epsilon, double delta, Adjacency adjacency, AccountantKind accountant)
    {
        EpsilonBound CostOf(double noise) => Account.Epsilon(mechanism.Events(ExactDecimal.Of(noise), steps), delta, adjacency, accountant);

        var unit = mechanism.Sensitivity.Nearest;
        var enough = SignificantDigits.Up(unit);
        var cost = CostOf(enough);
        var little = enough;
        if (cost.Epsilon <= epsilon)
        {
            for (var next = cost; next.Epsilon <= epsilon; next = CostOf(little))
            {
                (enough, cost, little) = (little, next, SignificantDigits.Up(little / 2));
                Refuse(little < unit * 1e-6, "hardly any noise is needed");
            }
        }
        else
        {
            while (!(cost.Epsilon <= epsilon))
            {
                little = enough;
                enough = SignificantDigits.Up(enough * 2);
                Refuse(enough > unit * 1e12, "no noise is enough");
                cost = CostOf(enough);
            }
        }

        while (enough > little * (1 + (cost.Upper - cost.Lower > NarrowestInterval * cost.Upper ? CoarseTolerance : FineTolerance)))
        {
            var middle = SignificantDigits.Up(little + ((enough - little) / 2));
            if (middle >= enough)
            {
                break;
            }

            var found = CostOf(middle);
            if (found.Epsilon <= epsilon)
            {
                (enough, cost) = (middle, found);
            }
            else
            {
                little = middle;
            }
        }

        return (ExactDecimal.Of(enough), cost);

        void Refuse(bool outside, string why)
        {
            if (outside)
            {
                throw new CommandException(ExitCode.Usage, $"There is no sensible noise for ε {epsilon:R} at δ {delta:R}: {why}.");
            }
        }
    }
}
