using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy;

/// <summary>
/// What a run cost, complete enough to be checked: the content of a release's <c>privacy.json</c>. It follows from public
/// parameters alone.
/// </summary>
public sealed record PrivacyStatement
{
    /// <summary>ε in nats of all releases together at <see cref="Delta"/>, rounded up.</summary>
    public required double Epsilon { get; init; }

    /// <summary>δ, inside (0, 1).</summary>
    public required double Delta { get; init; }

    /// <summary>Which two inputs count as neighbours.</summary>
    public Adjacency Adjacency { get; init; } = Adjacency.AddRemove;

    /// <summary>Whose presence is hidden: one <c>image</c>. Whoever contributed several images is protected image by image only.</summary>
    public string Unit { get; init; } = "image";

    /// <summary>The mechanism: <c>gaussian</c>, in double precision.</summary>
    public string Mechanism { get; init; } = "gaussian";

    /// <summary>How the releases were added up: <c>gaussian-dp</c>, exact for Gaussian releases (arXiv 1905.02383).</summary>
    public string Accountant { get; init; } = "gaussian-dp";

    /// <summary>μ of all releases together: √(Σ 1/σ_t²).</summary>
    public required double Mu { get; init; }

    /// <summary>The noisy releases in order; everything published is computed from them and from public data.</summary>
    public required IReadOnlyList<GaussianRelease> Releases { get; init; }

    /// <summary>What the statement does not cover, one sentence each.</summary>
    public IReadOnlyList<string> NotCovered { get; init; } =
    [
        "The names and the number of the classes are taken as public.",
        "Noise is drawn from a secure generator in double precision; the proof is for real numbers.",
        "Other releases from the same dataset add up with this one.",
    ];

    /// <summary>States what Gaussian releases of L2 sensitivity 1 cost together.</summary>
    /// <param name="noiseMultipliers">σ_t of releases 1 to T in order; each above 0 and finite. Empty for a run that released nothing.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">A noise multiplier or <paramref name="delta"/> is out of range.</exception>
    public static PrivacyStatement OfGaussianReleases(ReadOnlySpan<double> noiseMultipliers, double delta)
    {
        double mu = GaussianAccountant.Compose(noiseMultipliers);
        GaussianRelease[] releases = new GaussianRelease[noiseMultipliers.Length];
        for (int t = 0; t < releases.Length; t++)
        {
            releases[t] = new GaussianRelease(t + 1, noiseMultipliers[t]);
        }

        return new PrivacyStatement
        {
            Epsilon = GaussianAccountant.Epsilon(mu, delta),
            Delta = delta,
            Mu = mu,
            Releases = releases,
        };
    }
}

/// <summary>One noisy release.</summary>
/// <param name="Iteration">The iteration, 1 to T.</param>
/// <param name="NoiseMultiplier">σ_t: the noise's standard deviation ÷ <paramref name="Sensitivity"/>.</param>
/// <param name="Sensitivity">L2 sensitivity of the released histogram: how far one unit's vote can move it.</param>
public sealed record GaussianRelease(int Iteration, double NoiseMultiplier, double Sensitivity = 1);
