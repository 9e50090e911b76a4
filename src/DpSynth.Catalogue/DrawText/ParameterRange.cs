namespace DpSynth.Catalogue.DrawText;

/// <summary>The values a simulator's parameter may take, both ends included.</summary>
/// <param name="Minimum">The smallest value.</param>
/// <param name="Maximum">The largest value; not below <paramref name="Minimum"/>.</param>
public sealed record ParameterRange(double Minimum, double Maximum)
{
    /// <summary>Maximum − minimum.</summary>
    public double Width => Maximum - Minimum;
}
