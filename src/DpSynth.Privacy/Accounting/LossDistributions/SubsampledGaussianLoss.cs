namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Which of two neighbouring inputs a measurement was made from.</summary>
internal enum LossDirection
{
    /// <summary>The one with the unit: P = (1−q)·N(0, σ²) + q·N(1, σ²), Q = N(0, σ²).</summary>
    Remove,

    /// <summary>The one without it: P and Q exchanged.</summary>
    Add,

    /// <summary>One with a different unit: P as in <see cref="Remove"/>, Q = (1−q)·N(0, σ²) + q·N(−1, σ²). Symmetric.</summary>
    Replace,
}

/// <summary>The Poisson-subsampled Gaussian mechanism with L2 sensitivity 1; the Gaussian mechanism where q = 1.</summary>
/// <remarks>
/// The pairs dominate (arXiv 2106.08567, theorems 11 and 12, propositions 27 and 30). For <see cref="LossDirection.Replace"/> a unit's
/// contribution changes from any vector of norm at most 1 to any other.
/// </remarks>
internal sealed class SubsampledGaussianLoss : ContinuousLoss
{
    private const double LogSqrtTwoPi = 0.91893853320467274178;
    private const double StandardDeviations = 11.5;
    private readonly double _mu;
    private readonly double _q;
    private readonly LossDirection _direction;
    private readonly double _logQ;
    private readonly double _logRest;

    /// <summary>Makes the law.</summary>
    /// <param name="mu">1/σ, above 0.</param>
    /// <param name="samplingRate">q, inside (0, 1].</param>
    /// <param name="direction">Which input is the true one.</param>
    internal SubsampledGaussianLoss(double mu, double samplingRate, LossDirection direction)
    {
        _mu = mu;
        _q = samplingRate;
        _direction = direction;
        _logQ = Math.Log(samplingRate);
        _logRest = NormalDistribution.LogOnePlus(-samplingRate);
    }

    internal override bool HasLogDelta => _direction != LossDirection.Replace;

    // In standard deviations x the ratio N(1, σ²)/N(0, σ²) is exp(μx − μ²/2), analytic within |Im x| < π/μ where mixed.
    protected override double SmoothLength => Math.Min(1.0 / 16, _q == 1 ? 1 : 0.2 / _mu);

    internal override double LogMoment(double theta) => _q == 1
        ? theta * (theta + 1) * _mu * _mu / 2 * (_direction == LossDirection.Replace ? 4 : 1)
        : _direction switch
        {
            LossDirection.Remove => SubsampledGaussianMoment.LogMoment(1 + theta, _mu, _q),
            LossDirection.Add => SubsampledGaussianMoment.LogMoment(-theta, _mu, _q),
            _ => SubsampledGaussianMoment.LogMomentOfReplacement(theta, _mu, _q),
        };

    internal override double LogDelta(double epsilon)
    {
        // Amplification by sampling, exactly (arXiv 1807.01647, theorem 2): δ(ε) = q·δ'(ε') on the curve δ' of the Gaussian.
        if (_direction == LossDirection.Remove)
        {
            var inner = epsilon > 30
                ? epsilon - _logQ + NormalDistribution.LogOnePlus(-(1 - _q) * Math.Exp(-epsilon))
                : NormalDistribution.LogOnePlus(Exponentials.MinusOne(epsilon) / _q);
            return _logQ + GaussianAccountant.LogDelta(inner, _mu);
        }

        var rest = _q - ((1 - _q) * Exponentials.MinusOne(epsilon));
        return rest <= 0
            ? double.NegativeInfinity
            : Math.Log(rest) + GaussianAccountant.LogDelta(Math.Max(0, epsilon + _logQ - Math.Log(rest)), _mu);
    }

    protected override double Loss(double x) => _direction switch
    {
        LossDirection.Remove => Mixed(x),
        LossDirection.Add => -Mixed(-x),
        _ => Mixed(x) - Mixed(-x),
    };

    protected override double Position(double loss) => _direction switch
    {
        LossDirection.Remove => Unmixed(loss),
        LossDirection.Add => -Unmixed(-loss),
        _ => PositionOfReplacement(loss),
    };

    protected override double LogDensity(double x, double loss) =>
        (-x * x / 2) - LogSqrtTwoPi + _direction switch
        {
            LossDirection.Remove => loss,
            LossDirection.Add => 0,
            _ => Mixed(x),
        };

    protected override double LogMassBelow(double x) => _direction == LossDirection.Add
        ? NormalDistribution.LogCdf(x)
        : Exponentials.LogSum(_logRest + NormalDistribution.LogCdf(x), _logQ + NormalDistribution.LogCdf(x - _mu));

    protected override double LogMassAbove(double x) => _direction == LossDirection.Add
        ? NormalDistribution.LogCdf(-x)
        : Exponentials.LogSum(_logRest + NormalDistribution.LogCdf(-x), _logQ + NormalDistribution.LogCdf(_mu - x));

    // Tilting by e^(θL) moves a Gaussian by θμ; a mixture moves by something between that and 0.
    protected override (double Low, double High) Support(double theta, double logMassAbove)
    {
        (var from, var to) = _direction switch
        {
            LossDirection.Remove => (0.0, 1 + theta),
            // Here e^(θL) is at most (1−q)^(−θ), which cannot outweigh the density for long.
            LossDirection.Add when theta > 0 => (0.0, Math.Min(theta, Math.Sqrt(2 * ((-theta * _logRest) + 80)) / _mu)),
            LossDirection.Add => (0.0, theta),
            _ => (0.0, 1 + (2 * theta)),
        };
        var high = Math.Max((Math.Max(from, to) * _mu) + StandardDeviations, _mu + Math.Sqrt(-2 * Math.Min(0, logMassAbove)));
        return ((Math.Min(from, to) * _mu) - StandardDeviations, high);
    }

    /// <summary>ln(1 − q + q·e^(μx − μ²/2)), to an absolute error far below any mesh.</summary>
    private double Mixed(double x)
    {
        var ratio = _mu * (x - (_mu / 2));
        if (_q == 1)
        {
            return ratio;
        }

        return ratio > 30
            ? ratio + _logQ + NormalDistribution.LogOnePlus((1 - _q) / _q * Math.Exp(-ratio))
            : NormalDistribution.LogOnePlus(_q * (Math.Exp(ratio) - 1));
    }

    /// <summary>The inverse of <see cref="Mixed"/>.</summary>
    private double Unmixed(double loss)
    {
        if (_q == 1)
        {
            return (loss / _mu) + (_mu / 2);
        }

        var above = loss - _logRest;
        return above <= 0
            ? double.NegativeInfinity
            : ((_logRest - _logQ + Exponentials.LogMinusOne(above)) / _mu) + (_mu / 2);
    }

    /// <summary>With v = e^(μx − loss/2) and c = q·e^(−μ²/2): c·v² − 2(1−q)·sinh(loss/2)·v − c = 0.</summary>
    private double PositionOfReplacement(double loss)
    {
        var half = loss / 2;
        var logScale = _logRest - _logQ + (_mu * _mu / 2);
        var root = Math.Abs(half) > 30
            ? Math.CopySign(Math.Abs(half) + logScale + Math.Log(1 + Math.Exp(-2 * (Math.Abs(half) + logScale))), half)
            : Math.Asinh(Math.Sinh(half) * Math.Exp(logScale));
        return (half + (_q == 1 ? 0 : double.IsFinite(root) ? root : Math.CopySign(logScale + Math.Log(2 * Math.Abs(Math.Sinh(half))), half))) / _mu;
    }
}
