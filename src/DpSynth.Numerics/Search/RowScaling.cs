using System.Numerics;
using System.Numerics.Tensors;

namespace DpSynth.Numerics.Search;

/// <summary>
/// Makes every metric a search for the largest a·b − bias: the factors that rows are multiplied with before they are compared, and
/// each candidate's bias. The factors bring the candidates' largest value near 1 and leave every order as it is: a candidate's is 1/‖b‖ for the
/// cosine, all others are powers of two.
/// </summary>
/// <remarks>
/// A query's factor follows from its own row and the candidates alone. Queries are private images: were it to follow from all of them, one image
/// could change how the others vote.
/// </remarks>
public sealed class RowScaling
{
    private const int ValuesAtOnce = 1 << 20;

    /// <summary>
    /// How far beyond the candidates a query may reach for <see cref="Metric.L2"/>, as a power of two. Beyond it a bias is below float32's last digit of
    /// the products, so that making the query shorter takes nothing from its order, and keeps it inside float32's range.
    /// </summary>
    private const int Reach = 40;

    private readonly Metric metric;
    private readonly double common;

    private RowScaling(Metric metric, double common) => (this.metric, this.common) = (metric, common);

    /// <summary>Looks all values over.</summary>
    /// <param name="queries"><c>[N, d]</c>.</param>
    /// <param name="candidates"><c>[M, d]</c>.</param>
    /// <param name="metric">What "nearest" means.</param>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public static RowScaling For(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(candidates);
        LargestMagnitude(queries, nameof(queries));
        return new RowScaling(metric, PowerNear(LargestMagnitude(candidates, nameof(candidates))));
    }

    /// <summary>The factor of a query, above 0. Where only the order of its own scores counts, every query has one of its own.</summary>
    /// <param name="row"><c>[d]</c>: a row of the queries that were looked over.</param>
    public double OfQuery(ReadOnlySpan<float> row)
    {
        var own = PowerNear(Math.Abs(TensorPrimitives.MaxMagnitude(row)));
        return metric == Metric.L2 ? Math.Min(common, Math.ScaleB(own, Reach)) : own;
    }

    /// <summary>
    /// The factor of a candidate (0 for zeros by the cosine), and what is taken off its products to make them scores: with the factor s,
    /// s²·‖b‖²/2 for <see cref="Metric.L2"/>, for ‖a − b‖² = ‖a‖² − 2·(a·b − ‖b‖²/2); else 0.
    /// </summary>
    /// <param name="row"><c>[d]</c>: a row of the candidates that were looked over.</param>
    public (double Scale, float Bias) OfCandidate(ReadOnlySpan<float> row)
    {
        if (metric == Metric.InnerProduct)
        {
            return (common, 0);
        }

        var squared = SumOfSquares(row);
        return metric == Metric.L2 ? (common, (float)(squared * common * common / 2))
            : (squared > 0 ? 1 / Math.Sqrt(squared) : 0, 0);
    }

    private static float LargestMagnitude(EmbeddingMatrix matrix, string name)
    {
        var blocks = new float[(matrix.Memory.Length + ValuesAtOnce - 1) / ValuesAtOnce];
        Parallel.For(0, blocks.Length, block =>
        {
            var start = block * ValuesAtOnce;
            blocks[block] = TensorPrimitives.MaxMagnitude<float>(matrix.Values.Slice(start, Math.Min(ValuesAtOnce, matrix.Values.Length - start)));
        });
        var largest = blocks.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<float>(blocks));
        return float.IsFinite(largest) ? largest : throw new ArgumentException("An embedding holds a value that is not finite.", name);
    }

    /// <summary>The power of two that brings a magnitude into [1, 2); 1 for 0.</summary>
    private static double PowerNear(float magnitude) => magnitude == 0 ? 1 : Math.ScaleB(1, -Math.ILogB(magnitude));

    /// <summary>In float64, which holds the square of any float32; the order of the sum does not depend on where the row lies.</summary>
    private static double SumOfSquares(ReadOnlySpan<float> row)
    {
        var (low, high) = (Vector<double>.Zero, Vector<double>.Zero);
        var i = 0;
        for (; i <= row.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[i..]), out var a, out var b);
            low += a * a;
            high += b * b;
        }

        var sum = Vector.Sum(low + high);
        for (; i < row.Length; i++)
        {
            sum += (double)row[i] * row[i];
        }

        return sum;
    }
}
