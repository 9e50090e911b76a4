namespace DpSynth.Generators.DrawText;

/// <summary>
/// The exact signed Euclidean distance of every pixel to the outline of an antialiased mask, after Felzenszwalb and Huttenlocher,
/// "Distance transforms of sampled functions", Theory of Computing 8 (2012), section 2.
/// </summary>
internal static class DistanceTransform
{
    // Larger than any squared distance in a mask, small enough to stay exact in sums.
    private const float Far = 1e12f;

    /// <summary>The distances in pixels, positive inside the ink. Covered pixels on the outline count by how much of them is covered.</summary>
    /// <param name="coverage"><c>[height, width]</c>, 0 to 255.</param>
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    internal static float[] Signed(ReadOnlySpan<byte> coverage, int width, int height)
    {
        var toInk = new float[width * height];
        var toGround = new float[width * height];
        for (var i = 0; i < toInk.Length; i++)
        {
            // Where the outline crosses a pixel, its centre is about half its uncovered share away from it.
            var beyond = 0.5f - (coverage[i] / 255f);
            toInk[i] = coverage[i] switch { 0 => Far, 255 => 0, _ => MathF.Pow(MathF.Max(0, beyond), 2) };
            toGround[i] = coverage[i] switch { 0 => 0, 255 => Far, _ => MathF.Pow(MathF.Max(0, -beyond), 2) };
        }

        Squared(toInk, width, height);
        Squared(toGround, width, height);
        for (var i = 0; i < toInk.Length; i++)
        {
            toInk[i] = MathF.Sqrt(toGround[i]) - MathF.Sqrt(toInk[i]);
        }

        return toInk;
    }

    /// <summary>Replaces f by min over q of f(q) + |p − q|², column by column, then row by row.</summary>
    private static void Squared(Span<float> field, int width, int height)
    {
        var longest = Math.Max(width, height);
        var line = new float[longest];
        var vertices = new int[longest];
        var borders = new float[longest + 1];
        for (var x = 0; x < width; x++)
        {
            for (var y = 0; y < height; y++)
            {
                line[y] = field[(y * width) + x];
            }

            LowerEnvelope(line.AsSpan(0, height), vertices, borders, field[x..], width);
        }

        for (var y = 0; y < height; y++)
        {
            var row = field.Slice(y * width, width);
            row.CopyTo(line);
            LowerEnvelope(line.AsSpan(0, width), vertices, borders, row, 1);
        }
    }

    /// <summary>The lower envelope of the parabolas f(q) + (p − q)², read off at every p into every <paramref name="stride"/>-th place.</summary>
    private static void LowerEnvelope(ReadOnlySpan<float> f, int[] vertices, float[] borders, Span<float> destination, int stride)
    {
        var last = 0;
        vertices[0] = 0;
        borders[0] = float.NegativeInfinity;
        borders[1] = float.PositiveInfinity;
        for (var q = 1; q < f.Length; q++)
        {
            var crossing = Crossing(f, vertices[last], q);
            while (crossing <= borders[last])
            {
                crossing = Crossing(f, vertices[--last], q);
            }

            vertices[++last] = q;
            borders[last] = crossing;
            borders[last + 1] = float.PositiveInfinity;
        }

        last = 0;
        for (var p = 0; p < f.Length; p++)
        {
            while (borders[last + 1] < p)
            {
                last++;
            }

            var q = vertices[last];
            destination[p * stride] = ((p - q) * (p - q)) + f[q];
        }
    }

    private static float Crossing(ReadOnlySpan<float> f, int left, int right) =>
        (float)((((double)f[right] + ((double)right * right)) - (f[left] + ((double)left * left))) / (2.0 * (right - left)));
}
