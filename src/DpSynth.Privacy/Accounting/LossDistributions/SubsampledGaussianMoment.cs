using System.Buffers;

namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Exponential moments of the subsampled Gaussian's loss: its Rényi divergences of any real order.</summary>
/// <remarks>
/// The trapezoidal rule over the noise variable, which converges exponentially for these integrands (arXiv 1908.10530 defines the
/// integral): in standard deviations they are analytic within |Im x| &lt; π/μ.
/// </remarks>
internal static class SubsampledGaussianMoment
{
    private const double LogSqrtTwoPi = 0.91893853320467274178;
    private const double StandardDeviations = 12.5;
    private const int MaxNodes = 1 << 18;

    /// <summary>ln E[(M/N)^a] over N = N(0, 1), with M = (1−q)·N(0, 1) + q·N(μ, 1).</summary>
    /// <param name="power">a; the Rényi divergence of M from N is this ÷ (a − 1) for a above 1.</param>
    /// <param name="mu">μ, above 0.</param>
    /// <param name="samplingRate">q, inside (0, 1).</param>
    internal static double LogMoment(double power, double mu, double samplingRate)
    {
        if (power is 0 or 1)
        {
            return 0;
        }

        var step = Step(mu);
        var low = -StandardDeviations;
        if (power < 0)
        {
            // The ratio is at least 1 − q, so that its power cannot outweigh the density for long.
            var most = Math.Sqrt(2 * ((power * NormalDistribution.LogOnePlus(-samplingRate)) + 80));
            low = -Math.Min(most, StandardDeviations - (power * mu));
        }

        var high = Math.Max(0, power * mu) + StandardDeviations;
        var count = (int)Math.Min(MaxNodes + 1, ((high - low) / step) + 1);
        if (count > MaxNodes)
        {
            // Too wide to integrate: the moment without sampling is larger.
            return power * (power - 1) * mu * mu / 2;
        }

        // E[(M/N)^a] − 1 = E[(r^a − 1) − a·(r − 1)], r = M/N: E[r] is 1, and no term cancels another.
        double sum = 0;
        // i is at most MaxNodes.
        unchecked
        {
            for (var i = 0; i < count; i++)
            {
                var x = low + (i * step);
                var ratio = mu * (x - (mu / 2));
                var loss = Mixed(ratio, samplingRate);
                sum += Math.Exp(-x * x / 2) * Excess(power, loss);
            }
        }

        sum *= step * Math.Exp(-LogSqrtTwoPi);
        return sum < 1e200
            ? NormalDistribution.LogOnePlus(sum)
            : LogIntegral(low, step, count, x => power * Mixed(mu * (x - (mu / 2)), samplingRate));
    }

    /// <summary>ln E[e^(θL)] over M of the loss L = ln M/M', M' = (1−q)·N(0, 1) + q·N(−μ, 1).</summary>
    internal static double LogMomentOfReplacement(double theta, double mu, double samplingRate)
    {
        var step = Step(mu);
        var low = (Math.Min(0, (2 * theta) + 1) * mu) - StandardDeviations - mu;
        var high = (Math.Max(0, (2 * theta) + 1) * mu) + StandardDeviations + mu;
        var count = (int)Math.Min(MaxNodes + 1, ((high - low) / step) + 1);
        return count > MaxNodes
            ? theta * (theta + 1) * 2 * mu * mu
            : LogIntegral(low, step, count, x =>
            {
                var loss = Mixed(mu * (x - (mu / 2)), samplingRate);
                return loss + (theta * (loss - Mixed(mu * (-x - (mu / 2)), samplingRate)));
            });
    }

    private static double Step(double mu) => Math.Min(1.0 / 6, 0.5 / mu);

    private static double Mixed(double ratio, double q) => ratio > 30
        ? ratio + Math.Log(q) + NormalDistribution.LogOnePlus((1 - q) / q * Math.Exp(-ratio))
        : NormalDistribution.LogOnePlus(q * Exponentials.MinusOne(ratio));

    /// <summary>(e^(al) − 1) − a·(e^l − 1), never negative for a outside (0, 1).</summary>
    private static double Excess(double a, double l)
    {
        if (Math.Abs(a * l) > 0.05 || Math.Abs(l) > 0.05)
        {
            return Exponentials.MinusOne(a * l) - (a * Exponentials.MinusOne(l));
        }

        // Σ_{n ≥ 2} (a^n − a)·l^n / n!
        double sum = 0;
        var powers = a * l;
        var plain = l;
        double factorial = 1;
        // n is at most 9.
        unchecked
        {
            for (var n = 2; n <= 9; n++)
            {
                powers *= a * l;
                plain *= l;
                factorial *= n;
                sum += (powers - (a * plain)) / factorial;
            }
        }

        return sum;
    }

    private static double LogIntegral(double low, double step, int count, Func<double, double> logFactor)
    {
        var exponents = ArrayPool<double>.Shared.Rent(count);
        var largest = double.NegativeInfinity;
        for (var i = 0; i < count; i++)
        {
            var x = low + (i * step);
            exponents[i] = (-x * x / 2) - LogSqrtTwoPi + logFactor(x);
            largest = Math.Max(largest, exponents[i]);
        }

        double sum = 0;
        for (var i = 0; i < count; i++)
        {
            sum += Math.Exp(exponents[i] - largest);
        }

        ArrayPool<double>.Shared.Return(exponents);
        return largest + Math.Log(step * sum);
    }
}
