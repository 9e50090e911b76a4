using System.Collections.Concurrent;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Embedding;

/// <summary>An image model with its preprocessing: any ONNX file with one image input. Thread-safe.</summary>
public sealed class ImageEncoder : IDisposable
{
    private static readonly string[] KnownOutputs = ["image_embeds", "pooler_output", "last_hidden_state"];

    // Of models that take any size and whose preprocessing keeps it.
    private static readonly (int Height, int Width) FallbackSize = (224, 224);

    private readonly TokenReduction _reduction;
    private readonly ConcurrentDictionary<ImageShape, Lazy<ImageEmbedding>> _embeddings = new();

    private ImageEncoder(OnnxModel model, PreprocessorConfiguration preprocessing, string? output, TokenReduction reduction)
    {
        (Model, Preprocessing, _reduction) = (model, preprocessing, reduction);
        if (model.Inputs is not [{ Rank: 4 } input])
        {
            throw new ModelFolderException($"{model.File} has the inputs {string.Join(", ", model.Inputs)}; an image model has one, of 4 dimensions.");
        }

        Input = input;
        ChannelsLast = input.Dimensions[3] is 1 or 3 && input.Dimensions[1] is not (1 or 3);
        var channels = input.Dimensions[ChannelsLast ? 3 : 1];
        Channels = channels switch
        {
            -1 => 3,
            1 or 3 => channels,
            _ => throw new ModelFolderException($"{model.File} takes images of {channels} channels ({input}); supported are 1 and 3."),
        };
        Output = output is null
            ? KnownOutputs.Select(model.Output).FirstOrDefault(known => known is not null) ?? model.Outputs[0]
            : model.Output(output) ?? throw new ModelFolderException(
                $"{model.File} has no output '{output}'; it has {string.Join(", ", model.Outputs.Select(known => known.Name))}.");
        if (Output.Rank is < 2 or > 4)
        {
            throw new ModelFolderException($"{model.File} declares the output '{Output.Name}' as {Output}; an embedding has 2 to 4 dimensions.");
        }
    }

    /// <summary>The ONNX file.</summary>
    public OnnxModel Model { get; }

    /// <summary>What is done to images first.</summary>
    public PreprocessorConfiguration Preprocessing { get; }

    /// <summary>A shape of images that the preprocessing neither enlarges nor crops: what the model itself takes.</summary>
    public ImageShape NativeShape
    {
        get
        {
            var (height, width) = (Input.Dimensions[ChannelsLast ? 1 : 2], Input.Dimensions[ChannelsLast ? 2 : 3]);
            var side = Preprocessing.ShortestEdge is { } edge ? (edge, edge) : FallbackSize;
            var (fallbackHeight, fallbackWidth) = Preprocessing.Crop ?? Preprocessing.Size ?? side;
            return new ImageShape(width > 0 ? width : fallbackWidth, height > 0 ? height : fallbackHeight, Channels);
        }
    }

    internal TensorSignature Input { get; }

    internal TensorSignature Output { get; }

    internal bool ChannelsLast { get; }

    internal int Channels { get; }

    /// <summary>Opens a model.</summary>
    /// <param name="folder">Its files.</param>
    /// <param name="options">How it is executed.</param>
    /// <param name="output">
    /// The output taken; null for <c>image_embeds</c>, <c>pooler_output</c>, <c>last_hidden_state</c> or the first, whichever is there.
    /// </param>
    /// <param name="reduction">How an output with a vector for each token becomes one vector.</param>
    /// <exception cref="ModelFolderException">A file cannot be read, or the model is not one that is understood.</exception>
    /// <exception cref="InferenceException">The provider is not available.</exception>
    public static ImageEncoder Open(
        ImageModelFolder folder, InferenceOptions options, string? output = null, TokenReduction reduction = TokenReduction.First)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var preprocessing = PreprocessorConfiguration.Read(folder.PreprocessorFile);
        var model = OnnxModel.Open(folder.ModelFile, options);
        try
        {
            return new ImageEncoder(model, preprocessing, output, reduction);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>What embeds images of a shape; made at the first call, the encoder's own.</summary>
    /// <exception cref="ModelFolderException">What the preprocessing makes of such images does not fit the model.</exception>
    public ImageEmbedding For(ImageShape shape) =>
        _embeddings.GetOrAdd(shape, key => new Lazy<ImageEmbedding>(() => new ImageEmbedding(this, key, _reduction))).Value;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var embedding in _embeddings.Values.Where(embedding => embedding.IsValueCreated))
        {
            embedding.Value.Dispose();
        }

        Model.Dispose();
    }
}
