namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>The curve of composed measurements on a grid of losses.</summary>
/// <remarks>
/// With masses w tilted by θ and their scale K: δ(ε)·e^(θε − K) = Σ_{t>ε} w(t)·e^(−θ(t−ε))·(1 − e^(ε−t)). At grid points that sum
/// obeys a recursion of positive terms; between them δ is linear in e^ε, exactly.
/// </remarks>
internal sealed class ComposedCurve : DeltaCurve
{
    /// <summary>Beyond it, exponentials of multiples of the interval come near the ends of a double's range.</summary>
    private const double GreatestExponent = 300;

    private readonly double _start;
    private readonly double _interval;
    private readonly double _tilt;
    private readonly double _logScale;
    private readonly double _rounding;
    private readonly double _logInfinite;
    private readonly double _logCertainInfinite;
    private readonly double[] _logUpper;
    private readonly double[] _logLower;

    /// <summary>Makes the curve.</summary>
    /// <param name="pessimistic">Composed masses from above.</param>
    /// <param name="optimistic">From below.</param>
    /// <param name="mesh">The mesh they are on.</param>
    /// <param name="logScale">K: ln of the factor taken out of all masses.</param>
    /// <param name="logOutsideTop">ln of a bound of the tilted mass above the window, missing from the masses from above.</param>
    /// <param name="aliasing">Bounds of the tilted mass that the masses from below carry in wrong places.</param>
    /// <param name="infiniteMass">Mass of infinite loss at most.</param>
    /// <param name="certainInfiniteMass">Mass of infinite loss at least.</param>
    /// <param name="slack">Relative error of δ by rounding and quadrature.</param>
    internal ComposedCurve(
        ComposedLoss pessimistic,
        ComposedLoss optimistic,
        Mesh mesh,
        double logScale,
        double logOutsideTop,
        Aliasing aliasing,
        double infiniteMass,
        double certainInfiniteMass,
        double slack)
    {
        _start = pessimistic.Start;
        _interval = mesh.Interval;
        _tilt = mesh.Tilt;
        _logScale = logScale + slack;
        _logInfinite = Math.Log(infiniteMass);
        _logCertainInfinite = Math.Log(certainInfiniteMass);
        var size = pessimistic.Masses.Length;
        var end = _start + ((size - 1) * _interval);

        // What the positions of atoms have lost by rounding.
        _rounding = 1e-14 * Math.Max(Math.Abs(_start), Math.Abs(end));
        _logUpper = Logarithms(pessimistic, mesh, pessimistic.Error, null);
        _logLower = Logarithms(optimistic, mesh, -optimistic.Error, aliasing);
        var logOutside = logScale + slack - (_tilt * end) + logOutsideTop;
        for (var i = 0; i < size; i++)
        {
            var shift = logScale - (_tilt * (_start + (i * _interval)));
            _logUpper[i] = Math.Min(0, Exponentials.LogSum(
                _logInfinite, Exponentials.LogSum(logOutside, _logUpper[i] + shift + slack)));
            _logLower[i] = Exponentials.LogSum(_logCertainInfinite, _logLower[i] + shift - slack);
        }

        // δ falls with ε: a bound holds on one side of where it was found.
        for (var i = 1; i < size; i++)
        {
            _logUpper[i] = Math.Min(_logUpper[i], _logUpper[i - 1]);
            _logLower[size - 1 - i] = Math.Max(_logLower[size - 1 - i], _logLower[size - i]);
        }
    }

    private double End => _start + ((_logUpper.Length - 1) * _interval);

    internal override double LogUpper(double epsilon)
    {
        var at = epsilon - _rounding;
        return at < _start ? 0 : Math.Min(LogMomentBound(at), at >= End ? 0 : Between(_logUpper, at));
    }

    internal override double LogLower(double epsilon)
    {
        var at = epsilon + _rounding;
        return at >= End ? _logCertainInfinite : Between(_logLower, Math.Max(at, _start));
    }

    internal override double UpperEpsilon(double logDelta)
    {
        if (!(logDelta > _logInfinite))
        {
            return double.PositiveInfinity;
        }

        // (K + θ ln θ − (1+θ) ln(1+θ) − ln δ)/θ, the moment's own bound.
        var finite = logDelta + NormalDistribution.LogOnePlus(-Math.Exp(_logInfinite - logDelta));
        var bound = (_logScale + LogPeak - finite) / _tilt;
        var least = Math.Min(bound, _logUpper[^1] <= logDelta ? Crossing(_logUpper, logDelta) : bound);
        return least <= 0 ? 0 : least + _rounding;
    }

    internal override double LowerEpsilon(double logDelta) =>
        _logCertainInfinite > logDelta ? double.PositiveInfinity
        : _logLower[0] <= logDelta ? 0
        : Math.Max(0, Crossing(_logLower, logDelta) - _rounding);

    /// <summary>ln max_u e^(−θu)·(1 − e^(−u)).</summary>
    private double LogPeak => -Math.Log(1 + _tilt) + (_tilt * -NormalDistribution.LogOnePlus(1 / _tilt));

    private double LogMomentBound(double epsilon) =>
        Exponentials.LogSum(_logInfinite, _logScale - (_tilt * epsilon) + LogPeak);

    private double Between(double[] logs, double epsilon)
    {
        var index = Math.Clamp((int)((epsilon - _start) / _interval), 0, logs.Length - 2);
        var above = epsilon - _start - (index * _interval);
        var share = Math.Clamp(
            Math.Exp(above - _interval) * Exponentials.MinusOne(-above) / Exponentials.MinusOne(-_interval), 0, 1);
        return Exponentials.LogSum(logs[index] + Math.Log(1 - share), logs[index + 1] + Math.Log(share));
    }

    /// <summary>Where the curve crosses δ from above to below.</summary>
    private double Crossing(double[] logs, double logDelta)
    {
        if (logs[0] <= logDelta)
        {
            return Math.Max(0, _start);
        }

        var above = 0;
        var below = logs.Length - 1;
        if (logs[below] > logDelta)
        {
            return Math.Max(0, End);
        }

        while (below - above > 1)
        {
            var middle = (above + below) / 2;
            (above, below) = logs[middle] > logDelta ? (middle, below) : (above, middle);
        }

        // δ is linear in e^ε between the two.
        var share = Exponentials.MinusOne(logDelta - logs[above]) / Exponentials.MinusOne(logs[below] - logs[above]);
        var within = _interval > GreatestExponent
            ? Exponentials.LogSum(NormalDistribution.LogOnePlus(-share), Math.Log(share) + _interval)
            : NormalDistribution.LogOnePlus(share * Exponentials.MinusOne(_interval));
        return Math.Max(0, _start + (above * _interval) + within);
    }

    private static double[] Logarithms(ComposedLoss loss, Mesh mesh, double error, Aliasing? aliasing)
    {
        if (mesh.Interval * (1 + mesh.Tilt) > GreatestExponent)
        {
            return LogarithmsOfFarApart(loss, mesh, error, aliasing);
        }

        var logs = new double[loss.Masses.Length];
        var decay = Math.Exp(-mesh.Tilt * mesh.Interval);
        var step = Math.Exp(-mesh.Interval);
        var rise = -Exponentials.MinusOne(-mesh.Interval);
        double above = 0;
        double value = 0;
        for (var i = logs.Length - 1; i >= 0; i--)
        {
            value = decay * ((step * value) + (rise * above));
            logs[i] = Math.Log(Math.Max(0, value - (aliasing?.At(mesh.Tilt, i * mesh.Interval, (logs.Length - i) * mesh.Interval) ?? 0)));
            above = (decay * above) + Math.Max(0, loss.Masses[i] + error);
        }

        return logs;
    }

    /// <summary>The same recursion in logarithms, for lattices so wide that e^(−h·(1 + θ)) underflows.</summary>
    private static double[] LogarithmsOfFarApart(ComposedLoss loss, Mesh mesh, double error, Aliasing? aliasing)
    {
        var logs = new double[loss.Masses.Length];
        var logDecay = -mesh.Tilt * mesh.Interval;
        var logRise = NormalDistribution.LogOnePlus(-Math.Exp(-mesh.Interval));
        var logAbove = double.NegativeInfinity;
        var logValue = double.NegativeInfinity;
        for (var i = logs.Length - 1; i >= 0; i--)
        {
            logValue = logDecay + Exponentials.LogSum(logValue - mesh.Interval, logRise + logAbove);
            var logAliased = Math.Log(aliasing?.At(mesh.Tilt, i * mesh.Interval, (logs.Length - i) * mesh.Interval) ?? 0);
            logs[i] = double.IsNegativeInfinity(logAliased) ? logValue
                : logAliased < logValue ? logValue + NormalDistribution.LogOnePlus(-Math.Exp(logAliased - logValue))
                : double.NegativeInfinity;
            logAbove = Exponentials.LogSum(logDecay + logAbove, Math.Log(Math.Max(0, loss.Masses[i] + error)));
        }

        return logs;
    }
}
