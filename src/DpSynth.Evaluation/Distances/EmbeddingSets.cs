using DpSynth.Numerics;

namespace DpSynth.Evaluation.Distances;

/// <summary>What two sets that are compared must have.</summary>
internal static class EmbeddingSets
{
    /// <summary>Compares dimensions and numbers.</summary>
    /// <exception cref="ArgumentException">Dimensions differ, or a set has fewer embeddings than wanted.</exception>
    public static void Check(EmbeddingMatrix first, EmbeddingMatrix second, int atLeast)
    {
        if (first.Columns != second.Columns)
        {
            throw new ArgumentException(
                $"Embeddings of dimension {first.Columns} cannot be compared with embeddings of dimension {second.Columns}.", nameof(second));
        }

        if (Math.Min(first.Rows, second.Rows) < atLeast)
        {
            throw new ArgumentException(
                $"Each set needs at least {atLeast} images, but they have {first.Rows} and {second.Rows}.", nameof(second));
        }
    }
}
