using System.Numerics.Tensors;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Embedding;

/// <summary>
/// How a model's output holds embeddings: <c>[batch, dimension]</c>; <c>[batch, tokens, dimension]</c>, reduced to one token's; or a map
/// <c>[batch, dimension, height, width]</c>, of which the mean over all places is taken.
/// </summary>
internal sealed class EmbeddingLayout
{
    private readonly long[] _shape;
    private readonly TokenReduction _reduction;

    /// <summary>Understands an output.</summary>
    /// <param name="output">What the model declares.</param>
    /// <param name="shape">The shape it gave for <paramref name="batch"/> images.</param>
    /// <param name="batch">Images.</param>
    /// <param name="reduction">What becomes of tokens.</param>
    public EmbeddingLayout(TensorSignature output, long[] shape, int batch, TokenReduction reduction)
    {
        if (shape.Length is < 2 or > 4 || shape[0] != batch)
        {
            throw new InferenceException(
                $"'{output.Name}' came as [{string.Join(", ", shape)}] for {batch} images; it must begin with the batch and have 2 to 4 dimensions.");
        }

        (_shape, _reduction) = (shape, reduction);
        Dimension = checked((int)(shape.Length == 3 ? shape[2] : shape[1]));
        ValuesPerImage = checked((int)TensorPrimitives.Product<long>(shape.AsSpan(1)));
    }

    /// <summary>Length of an embedding.</summary>
    public int Dimension { get; }

    /// <summary>Values the model gives for one image.</summary>
    public int ValuesPerImage { get; }

    /// <summary>The output's shape for a number of images.</summary>
    public long[] OutputShape(int batch) => [batch, .. _shape.AsSpan(1)];

    /// <summary>Makes one image's embedding of the model's values.</summary>
    public void Reduce(ReadOnlySpan<float> values, Span<float> embedding)
    {
        var places = values.Length / Dimension;
        if (places == 1 || (_shape.Length == 3 && _reduction == TokenReduction.First))
        {
            values[..Dimension].CopyTo(embedding);
            return;
        }

        embedding.Clear();
        for (var place = 0; place < places; place++)
        {
            if (_shape.Length == 3)
            {
                TensorPrimitives.Add(embedding, values.Slice(place * Dimension, Dimension), embedding);
                continue;
            }

            for (var i = 0; i < Dimension; i++)
            {
                embedding[i] += values[(i * places) + place];
            }
        }

        TensorPrimitives.Divide(embedding, places, embedding);
    }
}
