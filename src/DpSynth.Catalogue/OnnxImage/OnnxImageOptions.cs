using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.OnnxImage;

/// <summary>The embedder <c>onnx-image</c>: an image model in ONNX with its <c>preprocessor_config.json</c>.</summary>
public sealed record OnnxImageOptions : EmbedderOptions
{
    /// <summary>
    /// Name of the model, a folder in the models directory of function app and worker, or in the container <c>models</c>; see
    /// <see cref="ModelName"/>.
    /// </summary>
    public required string Model { get; init; }

    /// <summary>
    /// The model's fingerprint (<see cref="Synthesis.Models.ModelIndex"/>): both sides refuse any other model of the name. Null until the run is
    /// planned, unless the request states it.
    /// </summary>
    public string? ModelHash { get; init; }

    /// <summary>The output taken; null for <c>image_embeds</c>, <c>pooler_output</c>, <c>last_hidden_state</c> or the first, whichever is there.</summary>
    public string? Output { get; init; }

    /// <summary>How an output with a vector for each token becomes one vector.</summary>
    public TokenPooling Pooling { get; init; } = TokenPooling.Class;

    /// <inheritdoc/>
    [JsonIgnore]
    public override EmbedderDescriptor Descriptor => OnnxImageDescriptor.Instance;

    /// <inheritdoc/>
    [JsonIgnore]
    public override ModelReference PinnedModel => new(Model, ModelHash);

    /// <inheritdoc/>
    public override EmbedderOptions WithModelHash(string hash) => this with { ModelHash = hash };
}

/// <summary>How an output with a vector for each token becomes one vector.</summary>
public enum TokenPooling
{
    /// <summary>The first token's vector, which in CLIP and DINO is the class token's.</summary>
    Class,

    /// <summary>The mean over all tokens.</summary>
    Mean,
}

/// <summary>The embedder <c>onnx-image</c> among what requests can name, and the reader of its options.</summary>
public static class OnnxImageDescriptor
{
    private static readonly Field<string> _model = Field.RequiredText(
        "model",
        "as `runId`, and single dots inside",
        "a folder of the models directory, which function app and worker are configured with (`Models:Directory`), or a model in the container "
            + "`models`; never a path");

    private static readonly Field<string?> _modelHash = Field.Text(
        "modelHash",
        "taken down when the run is planned",
        "64 of `0-9 a-f`",
        "the model's fingerprint: any other model of the name is refused, see [models.md](models.md)",
        ModelHash.Pattern);

    private static readonly Field<string?> _output = Field.Text(
        "output", "chosen", "", "the model's output that is taken: unless said, `image_embeds`, else `pooler_output`, else `last_hidden_state`, else "
            + "the first");

    private static readonly Field<TokenPooling> _pooling = Field.Choice(
        "pooling",
        "how an output with a vector for each token becomes one vector: the first token's, or the mean of all",
        ("class", TokenPooling.Class),
        ("mean", TokenPooling.Mean));

    /// <summary>The embedder.</summary>
    public static EmbedderDescriptor Instance { get; } = new()
    {
        Name = "onnx-image",
        Summary = "An image model in ONNX, such as CLIP, DINO or Inception.",
        Options = typeof(OnnxImageOptions),
        Fields = [_model, _modelHash, _output, _pooling],
        Read = static fields => Read(
            fields ?? throw new RequestException("The field 'embedder.options.model' is missing: name a folder of the models directory.")),
    };

    private static OnnxImageOptions Read(JsonFields fields)
    {
        var options = new OnnxImageOptions
        {
            Model = _model.Of(fields),
            ModelHash = _modelHash.Of(fields),
            Output = _output.Of(fields),
            Pooling = _pooling.Of(fields),
        };
        if (!ModelName.IsValid(options.Model))
        {
            throw new RequestException($"'embedder.options.model' must be {ModelName.Rule}.");
        }

        return options.ModelHash is null || ModelHash.IsValid(options.ModelHash)
            ? options
            : throw new RequestException($"'embedder.options.modelHash' must be {ModelHash.Rule}.");
    }
}
