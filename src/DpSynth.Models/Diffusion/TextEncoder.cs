using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Models.Tokenization;

namespace DpSynth.Models.Diffusion;

/// <summary>One tokenizer and text encoder.</summary>
internal sealed class TextEncoder : IDisposable
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string HiddenStatePrefix = "hidden_states.";

    private readonly ClipTokenizer _tokenizer;
    private readonly OnnxModel _model;
    private readonly TensorSignature _tokens;
    private readonly TensorSignature? _pooled;
    private readonly int _contextLength;
    private readonly int _dimension;

    private TextEncoder(ClipTokenizer tokenizer, OnnxModel model, JsonConfiguration configuration, bool penultimate, bool pooled)
    {
        (_tokenizer, _model) = (tokenizer, model);
        var ids = model.RequireInput(Ids, rank: 2);
        model.RefuseOtherInputs(Ids, Mask);
        _tokens = penultimate ? Penultimate(model) : model.RequireOutput("last_hidden_state", rank: 3);
        _pooled = pooled ? model.RequireOutput("text_embeds", rank: 2) : null;
        _contextLength = ids.Dimensions[1] > 0
            ? ids.Dimensions[1]
            : tokenizer.ContextLength ?? configuration.RequireInteger("max_position_embeddings");
        _dimension = _tokens.Dimensions[2] > 0 ? _tokens.Dimensions[2] : configuration.RequireInteger("hidden_size");
        PooledDimension = _pooled is null
            ? 0
            : _pooled.Dimensions[1] > 0 ? _pooled.Dimensions[1] : configuration.RequireInteger("projection_dim");
    }

    public int PooledDimension { get; }

    public ExecutionProvider Provider => _model.Provider;

    /// <summary>Opens a tokenizer and its text encoder.</summary>
    /// <param name="folder">The model folder.</param>
    /// <param name="suffix">Empty for the first encoder, <c>_2</c> for the second.</param>
    /// <param name="penultimate">Whether the tokens are the states before the last layer, as SDXL takes them.</param>
    /// <param name="pooled">Whether the pooled embedding is wanted.</param>
    /// <param name="options">How the model is executed.</param>
    public static TextEncoder Open(ModelFolder folder, string suffix, bool penultimate, bool pooled, InferenceOptions options)
    {
        if (!folder.Has("tokenizer" + suffix))
        {
            throw new ModelFolderException($"{folder.Index.File} names no 'tokenizer{suffix}' beside 'text_encoder{suffix}'.");
        }

        var tokenizer = ClipTokenizer.Read(folder.File("tokenizer" + suffix, ""));
        var model = OnnxModel.Open(folder.OnnxFile("text_encoder" + suffix), options);
        try
        {
            return new TextEncoder(tokenizer, model, folder.Configuration("text_encoder" + suffix), penultimate, pooled);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Encodes one prompt.</summary>
    public PromptEmbedding Encode(string prompt)
    {
        var tokenized = _tokenizer.Encode(prompt, _contextLength);
        using var ids = new TensorBuffer(_model.Input(Ids)!, 1, _contextLength);
        for (var i = 0; i < _contextLength; i++)
        {
            ids.Write(i, (long)tokenized.Ids[i]);
        }

        using var mask = _model.Input(Mask) is { } declared ? new TensorBuffer(declared, 1, _contextLength) : null;
        for (var i = 0; mask is not null && i < _contextLength; i++)
        {
            mask.Write(i, 1L);
        }

        using var tokens = new TensorBuffer(_tokens, 1, _contextLength, _dimension);
        using var pooled = _pooled is null ? null : new TensorBuffer(_pooled, 1, PooledDimension);
        using var bound = _model.Bind(alone: true, mask is null ? [ids] : [ids, mask], pooled is null ? [tokens] : [tokens, pooled]);
        bound.Run();
        return new PromptEmbedding(Floats(tokens), _contextLength, pooled is null ? null : Floats(pooled)) { Truncated = tokenized.Truncated };
    }

    public void Dispose() => _model.Dispose();

    private static float[] Floats(TensorBuffer buffer)
    {
        var values = new float[buffer.Count];
        buffer.Read(0, values);
        return values;
    }

    // Exports number the states from 0, the embedding before the first layer, to the number of layers.
    private static TensorSignature Penultimate(OnnxModel model)
    {
        var states = model.Outputs.Count(output => output.Name.StartsWith(HiddenStatePrefix, StringComparison.Ordinal));
        return states >= 2
            ? model.RequireOutput($"{HiddenStatePrefix}{states - 2}", rank: 3)
            : throw new ModelFolderException(
                $"{model.File} has no outputs '{HiddenStatePrefix}0', '{HiddenStatePrefix}1', …, which models with two text encoders need; "
                    + "export it with its hidden states.");
    }
}
