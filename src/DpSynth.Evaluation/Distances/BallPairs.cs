namespace DpSynth.Evaluation.Distances;

/// <summary>Which generated embeddings lie in which real balls, and the other way round: one pass over all pairs.</summary>
internal sealed class BallPairs(Balls real, Balls generated)
{
    /// <summary>How many real balls each generated embedding lies in.</summary>
    public int[] RealBallsAround { get; } = new int[generated.Centres.Rows];

    /// <summary>Whether each real ball holds a generated embedding.</summary>
    public bool[] IsCovered { get; } = new bool[real.Centres.Rows];

    /// <summary>Whether each real embedding lies in a generated ball.</summary>
    public bool[] IsRecalled { get; } = new bool[real.Centres.Rows];

    /// <summary>Looks at all pairs.</summary>
    public void Visit(CancellationToken cancellationToken) =>
        ProductTiles.ForEach(generated.Centres, real.Centres, VisitTile, cancellationToken);

    private void VisitTile(int firstRow, int firstColumn, int columns, ReadOnlySpan<float> products)
    {
        // The rounding error of a sum of d float32 products is below d·2⁻²⁴·‖a‖‖b‖ (and that is below half of the sum of squares).
        var relativeError = (real.Centres.Columns + 4) * Math.ScaleB(1, -23);
        for (var row = 0; row < products.Length / columns; row++)
        {
            var point = firstRow + row;
            var (ownRadius, ownNorm) = (generated.SquaredRadii[point], generated.SquaredNorms[point]);
            var values = products.Slice(row * columns, columns);
            var around = 0;
            for (var column = 0; column < columns; column++)
            {
                var centre = firstColumn + column;
                var norms = ownNorm + real.SquaredNorms[centre];
                var squared = norms - (2.0 * values[column]);
                var radius = real.SquaredRadii[centre];
                if (!(Math.Min(Math.Abs(squared - radius), Math.Abs(squared - ownRadius)) > relativeError * norms))
                {
                    squared = Balls.SquaredDistance(generated.Centres[point], real.Centres[centre]);
                }

                if (squared <= radius)
                {
                    around++;
                    IsCovered[centre] = true;
                }

                if (squared <= ownRadius)
                {
                    IsRecalled[centre] = true;
                }
            }

            RealBallsAround[point] += around;
        }
    }
}
