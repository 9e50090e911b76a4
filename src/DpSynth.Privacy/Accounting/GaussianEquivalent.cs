namespace DpSynth.Privacy.Accounting;

/// <summary>The Gaussian mechanisms, in μ² of Gaussian differential privacy, between which a measurement lies.</summary>
/// <remarks>
/// <para>
/// Discrete Gaussian noise on a fine grid behaves like the continuous one whatever integer vector a unit contributes. Let
/// ρ_r(x) = exp(−x²/2r²). Poisson summation gives, for every real y, Σ_{k∈Z} ρ_r(k − y) = r√(2π)·(1 ± η) with
/// η = 2·Σ_{j≥1} exp(−2π²r²j²), about 1e-34 for r² = 4.
/// </para>
/// <para>
/// From above. For v in Z draw y from N(v, σ² − r²) and then x in Z with probability proportional to ρ_r(x − y), which does not look
/// at v. The probability of x is ∫ φ(y − v; σ² − r²)·ρ_r(x − y)/(r√(2π)(1 ± η)) dy = φ(x − v; σ²)/(1 ± η), by the convolution of two Gaussians:
/// N_Z(v, σ²) up to factors 1 ± η (its own normalisation is σ√(2π)(1 ± η) again). So a measurement with noise N_Z(0, σ²) on every
/// coordinate is, up to (1 ± η) to the power of twice the number of coordinates, a post-processing of one with noise N(0, σ² − r²), and
/// costs at most μ² = D²/(σ² − r²). For 10⁹ coordinates the factor is 1 ± 1e-25, below the rounding that the accountants allow for.
/// </para>
/// <para>
/// From below. Adding N(0, r²) to N_Z(v, σ²) gives the density Σ_k φ(k − v; σ²)·φ(y − k; r²) =
/// φ(y − v; σ² + r²)·Σ_k φ(k − m; s²) with s² = σ²r²/(σ² + r²) ≥ 3.7 and some real m: N(v, σ² + r²) up to 1 ± 1e-31. So it costs at least
/// μ² = D²/(σ² + r²), reached by a unit whose contribution has norm D (Regev 2009, claim 3.9; Micciancio and Regev 2007, lemma 4.1,
/// use the same two facts).
/// </para>
/// </remarks>
/// <param name="UpperMuSquared">μ² of a Gaussian measurement that is at least as revealing.</param>
/// <param name="LowerMuSquared">μ² of one that is at most as revealing.</param>
internal readonly record struct GaussianEquivalent(double UpperMuSquared, double LowerMuSquared)
{
    /// <summary>r², in squared grid units.</summary>
    internal const double SmoothingVariance = 4;

    /// <summary>σ² in squared grid units from which vectors are covered.</summary>
    internal const double LeastSigmaSquared = 64;

    /// <summary>The equivalent of one measurement of an event; null if it has none.</summary>
    /// <param name="measurement">The event; its count is ignored.</param>
    /// <param name="adjacency">Replacing a unit moves a vector of contributions that are not negative by √2·D.</param>
    /// <param name="fineGrid">σ² from which noise on a single coordinate is taken as Gaussian too; infinite for never.</param>
    /// <exception cref="NotSupportedException">Vectors with noise too small for the argument.</exception>
    internal static GaussianEquivalent? Of(PrivacyEvent measurement, Adjacency adjacency, double fineGrid)
    {
        double factor = adjacency == Adjacency.ReplaceOne ? 2 : 1;
        switch (measurement)
        {
            case GaussianEvent gaussian:
                var muSquared = factor / gaussian.NoiseMultiplier / gaussian.NoiseMultiplier;
                return new GaussianEquivalent(muSquared, muSquared);
            case SubsampledGaussianEvent { SamplingRate: 0 }:
                return new GaussianEquivalent(0, 0);
            case SubsampledGaussianEvent { SamplingRate: 1 } whole:
                // Contributions of either sign: replacing one moves the sum by up to twice the sensitivity.
                var wholeMuSquared = factor * factor / whole.NoiseMultiplier / whole.NoiseMultiplier;
                return new GaussianEquivalent(wholeMuSquared, wholeMuSquared);
            case DiscreteGaussianEvent discrete:
                var sigmaSquared = discrete.SigmaSquared.ToDouble();
                if (discrete.Contribution != ContributionShape.Vector && sigmaSquared < fineGrid)
                {
                    return null;
                }

                if (sigmaSquared < LeastSigmaSquared)
                {
                    throw new NotSupportedException(
                        $"Discrete Gaussian noise on vectors is covered from a variance of {LeastSigmaSquared} squared grid units on, "
                            + $"and this has {sigmaSquared:R}: count on a finer grid.");
                }

                var change = factor * discrete.Sensitivity * discrete.Sensitivity;
                return new GaussianEquivalent(
                    change / (sigmaSquared - SmoothingVariance) * (1 + 1e-15), change / (sigmaSquared + SmoothingVariance) * (1 - 1e-15));
            default:
                return null;
        }
    }
}
