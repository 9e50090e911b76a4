namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>
/// Rows of a row-major matrix, or a slice of their columns, rearranged for a micro-kernel: panels of <c>width</c> rows, each stored
/// <c>[depth, width]</c>, the last one filled up with zero rows.
/// </summary>
internal sealed unsafe class PackedRows : IDisposable
{
    private readonly AlignedBuffer buffer;

    /// <summary>Allocates room for <paramref name="capacity"/> rows of <paramref name="depth"/> values.</summary>
    public PackedRows(int capacity, int depth, int width)
    {
        Depth = depth;
        Width = width;
        buffer = new AlignedBuffer((capacity + width - 1L) / width * width * depth);
    }

    /// <summary>Values of a row that are packed.</summary>
    public int Depth { get; private set; }

    /// <summary>Rows a panel.</summary>
    public int Width { get; }

    /// <summary>Rows packed last.</summary>
    public int Rows { get; private set; }

    /// <summary>Panels that hold the rows.</summary>
    public int Panels => (Rows + Width - 1) / Width;

    /// <summary>The first value of a panel.</summary>
    public float* Panel(int panel) => buffer.Pointer + ((long)panel * Width * Depth);

    /// <summary>Packs whole rows, replacing what was packed before.</summary>
    /// <param name="source">The rows, row-major; its length is a multiple of the depth.</param>
    public void Pack(ReadOnlySpan<float> source)
    {
        Reserve(source.Length / Depth, Depth);
        for (var panel = 0; panel < Panels; panel++)
        {
            PackPanel(panel, source, Depth, default);
        }
    }

    /// <summary>Gives up what was packed, for <paramref name="rows"/> rows of <paramref name="depth"/> values that are packed panel by panel.</summary>
    /// <exception cref="ArgumentException">They do not fit.</exception>
    public void Reserve(int rows, int depth)
    {
        (Rows, Depth) = (rows, depth);
        if ((long)Panels * Width * depth > buffer.Length)
        {
            throw new ArgumentException($"{rows} rows of {depth} values are more than this buffer's {buffer.Length} values.", nameof(rows));
        }
    }

    /// <summary>Packs one panel; different panels may be packed at a time.</summary>
    /// <param name="panel">Which panel.</param>
    /// <param name="source">Begins with the first value wanted of row 0.</param>
    /// <param name="stride">Values from one row to the next in <paramref name="source"/>.</param>
    /// <param name="scale">A factor for each row, or empty for none.</param>
    public void PackPanel(int panel, ReadOnlySpan<float> source, int stride, ReadOnlySpan<double> scale)
    {
        var target = Panel(panel);
        for (var lane = 0; lane < Width; lane++, target++)
        {
            var row = (panel * Width) + lane;
            if (row >= Rows)
            {
                Clear(target);
            }
            else if (scale.IsEmpty || scale[row] == 1)
            {
                Scatter(source.Slice(row * stride, Depth), target);
            }
            else
            {
                Scatter(source.Slice(row * stride, Depth), scale[row], target);
            }
        }
    }

    public void Dispose() => buffer.Dispose();

    private void Clear(float* target)
    {
        for (var p = 0; p < Depth; p++)
        {
            target[(long)p * Width] = 0;
        }
    }

    /// <summary>Writes one row down a column of a panel.</summary>
    private void Scatter(ReadOnlySpan<float> row, float* target)
    {
        foreach (var value in row)
        {
            *target = value;
            target += Width;
        }
    }

    private void Scatter(ReadOnlySpan<float> row, double factor, float* target)
    {
        foreach (var value in row)
        {
            *target = (float)(value * factor);
            target += Width;
        }
    }
}
