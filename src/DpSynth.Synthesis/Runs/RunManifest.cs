using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Synthesis.Runs;

/// <summary>What a release consists of and how it was made: the content of <c>manifest.json</c>. Holds nothing private.</summary>
public sealed record RunManifest
{
    /// <summary>Name of the file in the release.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Version of this format.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>The product and its version.</summary>
    public required string Product { get; init; }

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>The dataset that voted.</summary>
    public required string Dataset { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The images' size.</summary>
    public required ManifestImage Image { get; init; }

    /// <summary>The generator and its options.</summary>
    public required GeneratorOptions Generator { get; init; }

    /// <summary>
    /// What the generator had to say: what executed its model and the embedder's, what was flagged, warnings. Null where it had nothing to say.
    /// </summary>
    public GenerationNotes? Generation { get; init; }

    /// <summary>What the run asked of an image API and what that cost; null for generators that pay nothing.</summary>
    public ImageSpending? Spending { get; init; }

    /// <summary>The embedder and its options.</summary>
    public required EmbedderOptions Embedder { get; init; }

    /// <summary>What executed the work on the private side. It follows from the machines, not from the data.</summary>
    public ManifestPrivateSide? PrivateSide { get; init; }

    /// <summary>The method's options; in JSON under the method's own field.</summary>
    public required MethodOptions Options { get; init; }

    /// <summary>Seed of the public side.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The classes in order of their index; the index is the label in the shards.</summary>
    public required IReadOnlyList<ManifestClass> Classes { get; init; }

    /// <summary>What happened at each iteration; null for methods without iterations.</summary>
    public IReadOnlyList<ManifestIteration>? Iterations { get; init; }

    /// <summary>The shards of synthetic images.</summary>
    public required IReadOnlyList<ManifestShard> Shards { get; init; }

    /// <summary>
    /// How near the release comes to public images; null where the request asked for no such score. Scores against private images are never
    /// published.
    /// </summary>
    public ReleaseScores? Scores { get; init; }

    /// <summary>Why scores that the request asked for are missing; null where none are.</summary>
    public string? ScoresMissing { get; init; }
}

/// <summary>The images' size.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Channels">1 or 3.</param>
public sealed record ManifestImage(int Width, int Height, int Channels);

/// <summary>What executed the work on the private side: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>; several where machines differ.</summary>
/// <param name="EmbedderProviders">What ran the embedder's model on private images; none for embedders without a model.</param>
/// <param name="SearchProviders">What searched the nearest candidates of private images.</param>
public sealed record ManifestPrivateSide(IReadOnlyList<string> EmbedderProviders, IReadOnlyList<string> SearchProviders);

/// <summary>One class.</summary>
/// <param name="Index">Its label.</param>
/// <param name="Name">Its name; null in an unconditional run.</param>
/// <param name="Images">Synthetic images of it.</param>
/// <param name="Share">Its share of the population before rounding to whole images: by noisy or public counts, or even.</param>
/// <param name="NoisyCount">Its units as they were counted with noise, a release like any other; null if they were not.</param>
public sealed record ManifestClass(int Index, string? Name, int Images, double Share, double? NoisyCount);

/// <summary>One iteration.</summary>
/// <param name="Iteration">1 to T.</param>
/// <param name="NoiseMultiplier">σ of its release in votes.</param>
/// <param name="Fallback"><c>rank</c> if at least one class's histogram was empty above the threshold, else null.</param>
/// <param name="FallbackClasses">The indexes of those classes; null if there are none.</param>
public sealed record ManifestIteration(int Iteration, double NoiseMultiplier, string? Fallback, IReadOnlyList<int>? FallbackClasses);

/// <summary>One shard.</summary>
/// <param name="File">The file's name in the release.</param>
/// <param name="ClassIndex">The class of all its images.</param>
/// <param name="Images">Number of images.</param>
public sealed record ManifestShard(string File, int ClassIndex, int Images);
