using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Distances;

/// <summary>Sets of embeddings to compare.</summary>
internal static class Sets
{
    /// <summary>One value a row.</summary>
    public static EmbeddingMatrix Line(params float[] values) => new(values.Length, 1, values);

    /// <summary>scale·sin(phase + 3i + 7j + ij/2): easily written in another language too.</summary>
    public static EmbeddingMatrix Waves(int rows, int columns, double phase, double scale)
    {
        var set = new EmbeddingMatrix(rows, columns);
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                set[i][j] = (float)(scale * Math.Sin(phase + (3 * i) + (7 * j) + (i * j * 0.5)));
            }
        }

        return set;
    }

    /// <summary>Independent normal values.</summary>
    public static EmbeddingMatrix Normal(int rows, int columns, ulong seed, double mean = 0, double deviation = 1)
    {
        var random = new SeededRandom(seed);
        var set = new EmbeddingMatrix(rows, columns);
        foreach (ref var value in set.Values)
        {
            value = (float)(mean + (deviation * random.NextGaussian()));
        }

        return set;
    }
}
