namespace DpSynth.Privacy;

/// <summary>Adds the noise of the Gaussian mechanism. Production has one implementation, drawing from the operating system's secure generator.</summary>
public interface INoiseSource
{
    /// <summary>Fills <paramref name="destination"/> with independent draws of N(0, standardDeviation²).</summary>
    /// <param name="destination">Receives the noise.</param>
    /// <param name="standardDeviation">σ in the units of the query, above 0 and finite.</param>
    /// <param name="purpose">What the noise is for, such as <c>run/3/0</c>: lets tests replay draws; the secure source ignores it.</param>
    void Fill(Span<double> destination, double standardDeviation, string purpose);
}
