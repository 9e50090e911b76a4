using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Accounting;

/// <summary>ε(δ) and δ(ε) of one composition, with certified intervals, answered without composing again.</summary>
public sealed class PrivacyCurve
{
    private readonly IReadOnlyList<DeltaCurve> _directions;
    private readonly AccountantKind _accountant;

    internal PrivacyCurve(IReadOnlyList<DeltaCurve> directions, AccountantKind accountant)
    {
        _directions = directions;
        _accountant = accountant;
    }

    /// <summary>ε at one δ. The interval is wider far from the δ that the curve was composed for.</summary>
    /// <param name="delta">δ, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">δ is out of range.</exception>
    public EpsilonBound Epsilon(double delta)
    {
        Require.Probability(delta);
        var logDelta = Math.Log(delta);
        var upper = _directions.Select(direction => direction.UpperEpsilon(logDelta)).DefaultIfEmpty(0).Max();
        var lower = _directions.Select(direction => direction.LowerEpsilon(logDelta)).DefaultIfEmpty(0).Max();
        return new EpsilonBound(upper, Math.Min(lower, upper), upper, _accountant);
    }

    /// <summary>δ at one ε.</summary>
    /// <param name="epsilon">ε in nats, at least 0 and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is out of range.</exception>
    public DeltaBound Delta(double epsilon)
    {
        Require.NonNegative(epsilon);
        var upper = Math.Exp(_directions.Select(direction => direction.LogUpper(epsilon)).DefaultIfEmpty(double.NegativeInfinity).Max());
        var lower = Math.Exp(_directions.Select(direction => direction.LogLower(epsilon)).DefaultIfEmpty(double.NegativeInfinity).Max());
        return new DeltaBound(upper, Math.Min(lower, upper), upper, _accountant);
    }
}
