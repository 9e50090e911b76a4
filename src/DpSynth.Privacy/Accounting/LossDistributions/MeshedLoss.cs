namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Masses at consecutive grid points.</summary>
/// <param name="First">Index of the first one.</param>
/// <param name="Values">The masses.</param>
internal readonly record struct GridMasses(int First, double[] Values)
{
    /// <summary>ln Σ mass·e^(s·(origin + index·interval)).</summary>
    internal double LogMoment(double s, double origin, double interval)
    {
        var largest = double.NegativeInfinity;
        double sum = 0;
        for (var i = 0; i < Values.Length; i++)
        {
            if (Values[i] > 0)
            {
                var exponent = s * (origin + ((First + i) * interval));
                if (exponent > largest)
                {
                    sum *= Math.Exp(largest - exponent - 20);
                    largest = exponent + 20;
                }

                sum += Values[i] * Math.Exp(exponent - largest);
            }
        }

        return largest + Math.Log(sum);
    }
}

/// <summary>One measurement on a grid: masses of the losses Origin + index·h, each multiplied by e^(θ·loss − LogScale).</summary>
/// <param name="Origin">Offset of the grid.</param>
/// <param name="Pessimistic">A law whose composed δ(ε) is never below the true one.</param>
/// <param name="Optimistic">A law whose composed δ(ε) is never above the true one.</param>
/// <param name="InfiniteMass">Untilted mass of infinite loss in the pessimistic law.</param>
/// <param name="CertainInfiniteMass">Untilted mass of infinite loss in the true law.</param>
/// <param name="LogScale">ln of the factor that was taken out of all masses.</param>
internal sealed record MeshedLoss(
    double Origin, GridMasses Pessimistic, GridMasses Optimistic, double InfiniteMass, double CertainInfiniteMass, double LogScale);
