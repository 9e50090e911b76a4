namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>K(θ) = ln E[e^(θS)] of the sum S of all losses, and what is read off it before any grid is chosen.</summary>
internal sealed class LossMoments(IReadOnlyList<Component> components)
{
    private const double LeastTilt = 1e-3;
    private const double MaxTilt = 1e9;
    private const double LeastGain = 1e-5;

    /// <summary>Below this ln δ is 0 as a double: no need to look further.</summary>
    private const double LeastLogDelta = -760;

    /// <summary>K(θ).</summary>
    internal double At(double theta)
    {
        double sum = 0;
        foreach (var component in components)
        {
            sum += component.Count * component.Upper.LogMoment(theta);
        }

        return sum;
    }

    /// <summary>
    /// The θ at which the Rényi bound of ε(δ) is smallest (improved conversion, arXiv 2004.00010, proposition 12), and that bound.
    /// </summary>
    internal (double Tilt, double Epsilon) BestForDelta(double logDelta)
    {
        (var tilt, var epsilon) = Minimise(theta => (At(theta) + LogPeak(theta) - logDelta) / theta);
        return epsilon > 0 ? (tilt, epsilon) : (BestForEpsilon(0).Tilt, 0);
    }

    /// <summary>The θ at which the Rényi bound of δ(ε) is smallest, and ln of that bound.</summary>
    internal (double Tilt, double LogDelta) BestForEpsilon(double epsilon) =>
        Minimise(theta => Math.Max(LeastLogDelta, At(theta) + LogPeak(theta) - (theta * epsilon)));

    private static double LogPeak(double theta) => -Math.Log(1 + theta) - (theta * NormalDistribution.LogOnePlus(1 / theta));

    /// <summary>The minimum over θ: a coarse search in ln θ, then golden sections.</summary>
    private static (double Tilt, double Value) Minimise(Func<double, double> function)
    {
        var best = double.PositiveInfinity;
        double at = 1;
        var gain = double.PositiveInfinity;

        // Where losses are bounded the minimum may lie at a tilt so steep that no grid could follow it, for next to no gain.
        for (double theta = 1; theta <= MaxTilt && gain >= LeastGain * Math.Abs(best); theta *= 2)
        {
            var steeper = function(theta);
            gain = best - steeper;
            (best, at) = gain > 0 ? (steeper, theta) : (best, at);
        }

        var value = double.NegativeInfinity;
        for (var theta = at == 1 ? 0.5 : LeastTilt / 2; theta >= LeastTilt && value <= best; theta /= 2)
        {
            value = function(theta);
            (best, at) = value < best ? (value, theta) : (best, at);
        }

        const double Golden = 0.6180339887498949;
        var low = Math.Log(at / 2);
        var high = Math.Log(at * 2);
        var inner = high - (Golden * (high - low));
        var outer = low + (Golden * (high - low));
        var innerValue = function(Math.Exp(inner));
        var outerValue = function(Math.Exp(outer));
        for (var i = 0; i < 14; i++)
        {
            if (innerValue < outerValue)
            {
                (high, outer, outerValue) = (outer, inner, innerValue);
                inner = high - (Golden * (high - low));
                innerValue = function(Math.Exp(inner));
            }
            else
            {
                (low, inner, innerValue) = (inner, outer, outerValue);
                outer = low + (Golden * (high - low));
                outerValue = function(Math.Exp(outer));
            }
        }

        (best, at) = innerValue < best ? (innerValue, Math.Exp(inner)) : (best, at);
        return outerValue < best ? (Math.Exp(outer), outerValue) : (at, best);
    }
}
