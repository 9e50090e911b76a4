using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>
/// Turns prompts into what the UNet takes: the last hidden states of one text encoder, or, with two (SDXL), the states before their
/// last layers side by side, and the second one's pooled embedding.
/// </summary>
public sealed class PromptEncoder : IDisposable
{
    private readonly TextEncoder[] _encoders;
    private readonly bool _zeroWithoutNegative;

    private PromptEncoder(TextEncoder[] encoders, bool zeroWithoutNegative)
    {
        _encoders = encoders;
        _zeroWithoutNegative = zeroWithoutNegative;
    }

    /// <summary>Opens a folder's text encoders.</summary>
    /// <exception cref="ModelFolderException">A file is missing, or a model is not one that is understood.</exception>
    public static PromptEncoder Open(ModelFolder folder, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!folder.Has("text_encoder_2"))
        {
            return new PromptEncoder([TextEncoder.Open(folder, "", penultimate: false, pooled: false, options)], zeroWithoutNegative: false);
        }

        if (!folder.Has("text_encoder"))
        {
            throw new ModelFolderException($"{folder.Index.File} names 'text_encoder_2' but no 'text_encoder'; refiner models are not supported.");
        }

        var first = TextEncoder.Open(folder, "", penultimate: true, pooled: false, options);
        try
        {
            var second = TextEncoder.Open(folder, "_2", penultimate: true, pooled: true, options);
            return new PromptEncoder([first, second], folder.Index.Boolean("force_zeros_for_empty_prompt", true));
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Encodes a prompt.</summary>
    public PromptEmbedding Encode(string prompt)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        var parts = Array.ConvertAll(_encoders, encoder => encoder.Encode(prompt));
        return parts.Length == 1 ? parts[0] : SideBySide(parts[0], parts[1]);
    }

    /// <summary>Encodes a prompt and what guidance moves away from.</summary>
    /// <param name="prompt">What the image should show.</param>
    /// <param name="negativePrompt">What it should not; null for the model's own empty condition.</param>
    public Conditioning Encode(string prompt, string? negativePrompt)
    {
        var condition = Encode(prompt);
        var empty = negativePrompt is null && _zeroWithoutNegative;
        return new Conditioning(condition, empty ? condition.Zeros() : Encode(negativePrompt ?? ""));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var encoder in _encoders)
        {
            encoder.Dispose();
        }
    }

    private static PromptEmbedding SideBySide(PromptEmbedding first, PromptEmbedding second)
    {
        if (first.TokenCount != second.TokenCount)
        {
            throw new ModelFolderException($"The two text encoders give {first.TokenCount} and {second.TokenCount} tokens; they must give as many.");
        }

        var dimension = first.Dimension + second.Dimension;
        var tokens = new float[first.TokenCount * dimension];
        for (var i = 0; i < first.TokenCount; i++)
        {
            var row = tokens.AsSpan(i * dimension, dimension);
            first.Tokens.Span.Slice(i * first.Dimension, first.Dimension).CopyTo(row);
            second.Tokens.Span.Slice(i * second.Dimension, second.Dimension).CopyTo(row[first.Dimension..]);
        }

        return new PromptEmbedding(tokens, first.TokenCount, second.Pooled) { Truncated = first.Truncated || second.Truncated };
    }
}
