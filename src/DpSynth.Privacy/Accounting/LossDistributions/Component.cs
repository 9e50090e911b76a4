namespace DpSynth.Privacy.Accounting.LossDistributions;

/// <summary>Equal measurements of a composition in one direction.</summary>
/// <param name="Upper">A law whose curve is not below the true one.</param>
/// <param name="Lower">A law whose curve is not above it; the same object where the law is known exactly.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Component(PrivacyLoss Upper, PrivacyLoss Lower, long Count);
