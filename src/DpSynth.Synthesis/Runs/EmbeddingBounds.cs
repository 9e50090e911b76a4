namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Keeps the embedding of every private image within bounds, each by itself: one that is not finite, or so large that products with it leave
/// float32's range, must not decide how others are compared or whether a run goes on.
/// </summary>
internal static class EmbeddingBounds
{
    /// <summary>The largest magnitude of a value. Products over 65,536 dimensions stay below float32's largest.</summary>
    private const float Largest = 1e16f;

    /// <summary>Sets rows that are not finite to zeros, and shortens those that are too large.</summary>
    /// <param name="values">Rows, one an image.</param>
    /// <param name="dimension">Values a row.</param>
    public static void Apply(Span<float> values, int dimension)
    {
        for (var start = 0; start < values.Length; start += dimension)
        {
            var row = values.Slice(start, dimension);
            var largest = 0f;
            foreach (var value in row)
            {
                // Not a number is never smaller, so that it stays.
                largest = Math.Abs(value) <= largest ? largest : Math.Abs(value);
                if (!float.IsFinite(largest))
                {
                    break;
                }
            }

            if (!float.IsFinite(largest))
            {
                row.Clear();
            }
            else if (largest > Largest)
            {
                var factor = Largest / largest;
                foreach (ref var value in row)
                {
                    value *= factor;
                }
            }
        }
    }
}
