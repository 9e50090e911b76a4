using System.Text.Json.Serialization;
using DpSynth.Imaging;
using DpSynth.Ledgers;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// A validated request for a run. Made by <see cref="RunRequestReader"/> only; what it holds needs no further checking, except
/// against the dataset and its budget. Written and read by <see cref="RequestJson"/>.
/// </summary>
public sealed record RunRequest
{
    /// <summary>The run's id and the orchestration's instance id: 1 to 64 of <c>a-z A-Z 0-9 - _</c>, starting with a letter or digit.</summary>
    public required string RunId { get; init; }

    /// <summary>Name of the dataset, a folder in <c>private-data</c>: same rule as the run's id.</summary>
    public required string Dataset { get; init; }

    /// <summary>The method's name.</summary>
    [JsonPropertyName("method")]
    public string Method => Options.Descriptor.Name;

    /// <summary>ε of the whole run in nats, above 0 and finite.</summary>
    public required double Epsilon { get; init; }

    /// <summary>
    /// δ of the whole run, inside (0, 1); null: 1/(n ln n) of the number of units n as the policy makes it public or as measured with noise,
    /// never of the true private one, and at most what the policy allows.
    /// </summary>
    public double? Delta { get; init; }

    /// <summary>What is asked of the run's privacy.</summary>
    public PrivacyOptions Privacy { get; init; } = new();

    /// <summary>Whether each class (folder) evolves for itself; if not, the dataset counts as one class.</summary>
    public bool ClassConditional { get; init; } = true;

    /// <summary>The candidates' size and how private images are brought to it.</summary>
    public required ImageOptions Image { get; init; }

    /// <summary>The generator.</summary>
    public required GeneratorOptions Generator { get; init; }

    /// <summary>The embedder.</summary>
    public required EmbedderOptions Embedder { get; init; }

    /// <summary>The method's options; in JSON under the method's own field.</summary>
    public required MethodOptions Options { get; init; }

    /// <summary>Which scores of quality are computed of the release.</summary>
    public ScoreOptions Scores { get; init; } = new();

    /// <summary>Seed of everything drawn on the public side. The privacy noise has no seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>The https address that is told when the run has ended; null: none.</summary>
    public Uri? Webhook { get; init; }
}

/// <summary>The images' size and preparation.</summary>
public sealed record ImageOptions
{
    /// <summary>Width in pixels, 1 to 2,048.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels, 1 to 2,048.</summary>
    public required int Height { get; init; }

    /// <summary>1 (grey) or 3 (sRGB).</summary>
    public required int Channels { get; init; }

    /// <summary>How private images of another size are brought to this one.</summary>
    public ResizeMode Resize { get; init; } = ResizeMode.Fit;

    /// <summary>What an image that does not decode does to the run; null: as the dataset's policy says.</summary>
    public UnreadableFiles? Corrupt { get; init; }

    /// <summary>The shape as the image library knows it.</summary>
    public ImageShape ToShape() => new(Width, Height, Channels);
}
