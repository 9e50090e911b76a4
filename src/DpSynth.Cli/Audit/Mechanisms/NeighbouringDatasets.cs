using DpSynth.Numerics;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>
/// Two datasets that differ by one unit, the canary, and the candidates they vote on. The canary lies far from all other units, and in
/// each iteration k other candidates lie beside it, so that an attacker knows where its votes go.
/// </summary>
internal sealed class NeighbouringDatasets
{
    private const int Units = 16;
    private const int MinCandidates = 8;
    private const int Dimension = 4;
    private const float CanaryAt = 10;

    public NeighbouringDatasets(MechanismAuditOptions options, ulong seed)
    {
        var random = new SeededRandom(seed);
        With = Uniform(Units + 1, ref random);
        With[Units].Fill(CanaryAt);
        Without = new EmbeddingMatrix(Units, Dimension, With.Memory[..(Units * Dimension)]);
        Populations = new EmbeddingMatrix[options.Iterations];
        var candidates = Math.Max(MinCandidates, options.Iterations == 1 ? options.Neighbours : 2 * options.Neighbours);
        Nearest = new int[options.Iterations][];
        for (var t = 0; t < options.Iterations; t++)
        {
            // Neighbouring iterations share no candidate that the canary votes for.
            Populations[t] = Uniform(candidates, ref random);
            var start = t * options.Neighbours;
            Nearest[t] = [.. Enumerable.Range(start, options.Neighbours).Select(j => j % candidates)];
            foreach (var j in Nearest[t])
            {
                foreach (ref var value in Populations[t][j])
                {
                    value = CanaryAt - (0.1f * value);
                }
            }
        }
    }

    /// <summary>The dataset with the canary, its last row.</summary>
    public EmbeddingMatrix With { get; }

    /// <summary>The dataset without it.</summary>
    public EmbeddingMatrix Without { get; }

    /// <summary>The candidates of each iteration.</summary>
    public EmbeddingMatrix[] Populations { get; }

    /// <summary>The candidates of each iteration that the canary votes for.</summary>
    public int[][] Nearest { get; }

    private static EmbeddingMatrix Uniform(int rows, ref SeededRandom random)
    {
        var matrix = new EmbeddingMatrix(rows, Dimension);
        foreach (ref var value in matrix.Values)
        {
            value = (float)random.NextDouble();
        }

        return matrix;
    }
}
