namespace DpSynth.Models.Diffusion;

/// <summary>What the UNet's cross-attention sees of a prompt, or of anything else given in its place, such as retrieved embeddings.</summary>
public sealed class PromptEmbedding
{
    /// <summary>Wraps tokens.</summary>
    /// <param name="tokens"><c>[tokenCount, dimension]</c> float32, row-major; used, not copied.</param>
    /// <param name="tokenCount">Number of tokens, at least 1.</param>
    /// <param name="pooled">The pooled embedding of models that take one (SDXL); null for others.</param>
    public PromptEmbedding(ReadOnlyMemory<float> tokens, int tokenCount, ReadOnlyMemory<float>? pooled = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tokenCount, 1);
        if (tokens.Length == 0 || tokens.Length % tokenCount != 0)
        {
            throw new ArgumentException($"{tokens.Length} numbers are not {tokenCount} tokens of equal length.", nameof(tokens));
        }

        (Tokens, TokenCount, Pooled) = (tokens, tokenCount, pooled);
    }

    /// <summary><c>[<see cref="TokenCount"/>, <see cref="Dimension"/>]</c> float32, row-major.</summary>
    public ReadOnlyMemory<float> Tokens { get; }

    /// <summary>Number of tokens.</summary>
    public int TokenCount { get; }

    /// <summary>Length of a token; the UNet's cross-attention dimension.</summary>
    public int Dimension => Tokens.Length / TokenCount;

    /// <summary>The pooled embedding, or null.</summary>
    public ReadOnlyMemory<float>? Pooled { get; }

    /// <summary>Whether the prompt was longer than the context, so that its end has no say.</summary>
    public bool Truncated { get; init; }

    /// <summary>All-zero tokens of the same shape: the unconditional side of models conditioned on retrieval.</summary>
    public PromptEmbedding Zeros() => new(new float[Tokens.Length], TokenCount, Pooled is { } pooled ? new float[pooled.Length] : null);
}
