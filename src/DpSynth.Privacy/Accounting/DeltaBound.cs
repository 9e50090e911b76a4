namespace DpSynth.Privacy.Accounting;

/// <summary>What an accountant finds at one ε: δ with a certified interval.</summary>
/// <param name="Delta">What to report: a guaranteed upper bound, equal to <paramref name="Upper"/>.</param>
/// <param name="Lower">A certified lower bound of the composition's exact δ.</param>
/// <param name="Upper">A certified upper bound of the composition's exact δ.</param>
/// <param name="Accountant">Which accountant found it; never <see cref="AccountantKind.Auto"/>.</param>
public readonly record struct DeltaBound(double Delta, double Lower, double Upper, AccountantKind Accountant);
