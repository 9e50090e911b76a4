using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Evaluation.Distances;

/// <summary>Balls around embeddings that reach to the k-th nearest other one.</summary>
/// <param name="Centres"><c>[n, d]</c>.</param>
/// <param name="SquaredRadii"><c>[n]</c>.</param>
/// <param name="SquaredNorms">‖centre‖², <c>[n]</c>.</param>
internal sealed record Balls(EmbeddingMatrix Centres, double[] SquaredRadii, double[] SquaredNorms)
{
    /// <summary>Finds the radii. n must be above k.</summary>
    public static Balls Around(EmbeddingMatrix centres, int neighbours, CancellationToken cancellationToken)
    {
        var table = NearestNeighbours.Find(centres, centres, Metric.L2, neighbours + 1, cancellationToken: cancellationToken);
        var radii = new double[centres.Rows];
        var norms = new double[centres.Rows];
        Parallel.For(0, centres.Rows, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            // An embedding is its own neighbour, unless so many equal ones come before it that the ball is a point in any case.
            var distances = neighbours < 64 ? stackalloc double[neighbours + 1] : new double[neighbours + 1];
            for (var j = 0; j <= neighbours; j++)
            {
                var other = table[i][j];
                distances[j] = other == i ? double.NegativeInfinity : SquaredDistance(centres[i], centres[other]);
            }

            distances.Sort();
            norms[i] = SquaredNorm(centres[i]);
            radii[i] = distances[neighbours];
        });
        return new Balls(centres, radii, norms);
    }

    /// <summary>‖a − b‖² in float64; the same whichever comes first.</summary>
    public static double SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }

    private static double SquaredNorm(ReadOnlySpan<float> row)
    {
        var sum = 0.0;
        foreach (var value in row)
        {
            sum += (double)value * value;
        }

        return sum;
    }
}
