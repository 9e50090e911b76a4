namespace DpSynth.Models.Inspection;

/// <summary>What a model folder holds, and what is wrong with it.</summary>
public sealed record ModelReport
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether it is a Stable Diffusion family.</summary>
    public bool IsStableDiffusion { get; init; }

    /// <summary>Whether it holds an image model that can embed.</summary>
    public bool IsImageModel { get; init; }

    /// <summary>The ONNX files that can be opened.</summary>
    public IReadOnlyList<PartReport> Parts { get; init; } = [];

    /// <summary>Scheduler class of the folder's configuration, if there is one that is understood.</summary>
    public string? Scheduler { get; init; }

    /// <summary>What the noise predictor predicts: <c>epsilon</c>, <c>velocity</c> or <c>sample</c>.</summary>
    public string? Prediction { get; init; }

    /// <summary>Native size of the images made, such as <c>512×512</c>; null if the configuration does not say.</summary>
    public string? NativeSize { get; init; }

    /// <summary>Tokens that a prompt may have, start and end included.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Whether images can be varied: there is a VAE encoder.</summary>
    public bool? CanVaryImages { get; init; }

    /// <summary>Length of an embedding of the image model, for images of its own size.</summary>
    public int? EmbeddingDimension { get; init; }

    /// <summary>Size of the images that the image model takes, such as <c>224×224</c>.</summary>
    public string? EmbeddingSize { get; init; }

    /// <summary>What makes the folder unusable, a sentence each; empty if nothing does.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];
}
