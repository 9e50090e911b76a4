namespace DpSynth.Synthesis.Requests;

/// <summary>
/// How far a variation may move from its parent. Either one number, whose meaning and range are the generator's (strength for
/// diffusion, the number of neighbours γ for <c>nearest-image</c>, a fraction of the full parameter range for <c>draw-text</c>),
/// or named components (<c>draw-text</c>: <c>font</c>, <c>size</c>, …), which override the number each for itself.
/// </summary>
/// <param name="Value">The single number; null if only components were given.</param>
/// <param name="Components">Named components; empty if none were given.</param>
public sealed record VariationDegree(double? Value, IReadOnlyDictionary<string, double> Components)
{
    /// <summary>A degree of one number.</summary>
    public static VariationDegree Of(double value) => new(value, new Dictionary<string, double>(StringComparer.Ordinal));
}
