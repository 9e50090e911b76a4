namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// Draws the noise of a measurement. Production has one implementation, drawing from the operating system's secure generator.
/// </summary>
public interface IDiscreteGaussianNoise
{
    /// <summary>Fills <paramref name="destination"/> with independent draws of N_Z(0, σ²).</summary>
    /// <param name="destination">Receives the noise.</param>
    /// <param name="sigmaSquared">σ², the parameter (not the variance), in squared units of the integer query; above 0 and below 2¹⁰⁰.</param>
    /// <param name="purpose">What the noise is for, such as <c>RUN/iteration-003/0</c>: lets tests replay draws; the secure source ignores it.</param>
    /// <exception cref="ArgumentOutOfRangeException">σ² is out of range.</exception>
    void Fill(Span<long> destination, Rational sigmaSquared, string purpose);
}
