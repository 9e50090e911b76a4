using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>Finds the least noise with which a mechanism's steps stay within an ε, as a number that can be printed and typed again.</summary>
internal static class NoiseSearch
{
    // Where an accountant answers with an interval, digits of the noise beyond the interval mean nothing.
    private const double NarrowInterval = 1e-9;
    private const double FirstStep = 1e-11;
    private const double Tolerance = 2e-12;

    /// <summary>
    /// The noise, with at most twelve significant digits, and what it costs: at most <paramref name="epsilon"/> for the very number
    /// returned.
    /// </summary>
    /// <exception cref="CommandException">The accountant does not cover the mechanism, or no noise in its range serves.</exception>
    public static (ExactDecimal Noise, EpsilonBound Cost) Least(
        Mechanism mechanism, int steps, double epsilon, double delta, Adjacency adjacency, AccountantKind accountant)
    {
        EpsilonBound CostOf(double noise) => Account.Epsilon(mechanism.Events(ExactDecimal.Of(noise), steps), delta, adjacency, accountant);

        var enough = SignificantDigits.Up(Account.Try(() => NoiseCalibration.NoiseMultiplier(
            noise => mechanism.Events(ExactDecimal.Of(noise), steps)[0], epsilon, delta, adjacency, accountant)));
        var cost = CostOf(enough);
        for (var step = FirstStep; cost.Epsilon > epsilon; step *= 2)
        {
            enough = SignificantDigits.Up(enough * (1 + step));
            cost = CostOf(enough);
        }

        return cost.Upper - cost.Lower <= NarrowInterval * cost.Upper ? Refine(CostOf, enough, cost, epsilon) : (ExactDecimal.Of(enough), cost);
    }

    /// <summary>Brings noise that is enough down to the last of its digits.</summary>
    private static (ExactDecimal Noise, EpsilonBound Cost) Refine(Func<double, EpsilonBound> costOf, double enough, EpsilonBound cost, double epsilon)
    {
        var little = enough;
        for (var step = 1e-9; step < 1; step *= 4)
        {
            little = SignificantDigits.Up(enough * (1 - step));
            var found = costOf(little);
            if (found.Epsilon > epsilon)
            {
                break;
            }

            (enough, cost) = (little, found);
        }

        while (enough > little * (1 + Tolerance))
        {
            var middle = SignificantDigits.Up(little + ((enough - little) / 2));
            if (middle >= enough)
            {
                break;
            }

            var found = costOf(middle);
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
    }
}
