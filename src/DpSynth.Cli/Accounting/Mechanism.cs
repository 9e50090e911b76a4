using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Accounting;

/// <summary>The mechanisms that can be asked about by name.</summary>
internal enum MechanismKind
{
    Gaussian,
    DiscreteGaussian,
    SubsampledGaussian,
    Laplace,
}

/// <summary>A mechanism whose noise is still open.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Sensitivity">D in units of the query: in L2, for Laplace noise in L1.</param>
/// <param name="SamplingRate">q; 1 where nothing is sampled.</param>
/// <param name="Contribution">How a unit's contribution lies among the coordinates of an integer query.</param>
internal sealed record Mechanism(
    MechanismKind Kind, string Name, ExactDecimal Sensitivity, double SamplingRate, ContributionShape Contribution)
{
    /// <summary>The events of some steps.</summary>
    /// <param name="noise">The noise's standard deviation (σ of a discrete Gaussian, the scale of Laplace noise) in units of the query.</param>
    /// <param name="steps">How many steps; 0 for none.</param>
    public IReadOnlyList<PrivacyEvent> Events(ExactDecimal noise, int steps)
    {
        if (steps == 0)
        {
            return [];
        }

        var multiplier = noise.Nearest / Sensitivity.Nearest;
        return
        [
            Kind switch
            {
                MechanismKind.DiscreteGaussian => new DiscreteGaussianEvent
                {
                    SigmaSquared = noise.Squared, Sensitivity = (long)Sensitivity.Value.Numerator, Contribution = Contribution, Count = steps,
                },
                MechanismKind.SubsampledGaussian => new SubsampledGaussianEvent
                {
                    NoiseMultiplier = multiplier, SamplingRate = SamplingRate, Count = steps,
                },
                MechanismKind.Laplace => new LaplaceEvent { NoiseMultiplier = multiplier, Count = steps },
                _ => new GaussianEvent { NoiseMultiplier = multiplier, Count = steps },
            },
        ];
    }
}
