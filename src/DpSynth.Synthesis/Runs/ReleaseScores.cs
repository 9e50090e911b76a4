namespace DpSynth.Synthesis.Runs;

/// <summary>How near a release comes to a set of reference images, in the space of the run's embedder. Not comparable between embedders.</summary>
public sealed record ReleaseScores
{
    /// <summary>Name of the record of a comparison with public images; it is published in the manifest.</summary>
    public const string RecordName = "scores";

    /// <summary>Name of the record of a comparison with the private images; it never leaves the private container.</summary>
    public const string PrivateRecordName = "private-scores";

    /// <summary>What the release was compared with.</summary>
    public required string Reference { get; init; }

    /// <summary>What is to be kept in mind when reading it.</summary>
    public required string Caution { get; init; }

    /// <summary>Images of the release that were compared; every n-th of many.</summary>
    public required int Images { get; init; }

    /// <summary>Images of the reference that were compared; every n-th of many.</summary>
    public required int ReferenceImages { get; init; }

    /// <summary>Values of an embedding.</summary>
    public required int Dimension { get; init; }

    /// <summary>Fréchet distance of the Gaussians fitted to both (arXiv 1706.08500), 0 or above; small sets make it larger.</summary>
    public required double FrechetDistance { get; init; }

    /// <summary>Kernel distance, the unbiased estimate of MMD² with the cubic polynomial kernel (arXiv 1801.01401); it may be slightly negative.</summary>
    public required double KernelDistance { get; init; }

    /// <summary>k: a neighbourhood reaches to an image's k-th nearest of its own set.</summary>
    public required int Neighbours { get; init; }

    /// <summary>Share of the release inside the reference's neighbourhoods (arXiv 1904.06991), 0 to 1.</summary>
    public required double Precision { get; init; }

    /// <summary>Share of the reference inside the release's neighbourhoods (arXiv 1904.06991), 0 to 1.</summary>
    public required double Recall { get; init; }

    /// <summary>Reference neighbourhoods that an image of the release lies in, on average over k (arXiv 2002.09797), 0 or above.</summary>
    public required double Density { get; init; }

    /// <summary>Share of the reference whose neighbourhood holds an image of the release (arXiv 2002.09797), 0 to 1.</summary>
    public required double Coverage { get; init; }
}
