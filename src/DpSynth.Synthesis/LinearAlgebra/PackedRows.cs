namespace DpSynth.Synthesis.LinearAlgebra;

/// <summary>
/// Rows of a row-major matrix rearranged for a micro-kernel: panels of <c>width</c> rows, each stored <c>[depth, width]</c>, the
/// last one filled up with zero rows.
/// </summary>
internal sealed unsafe class PackedRows : IDisposable
{
    private readonly AlignedBuffer buffer;

    /// <summary>Allocates room for <paramref name="capacity"/> rows.</summary>
    public PackedRows(int capacity, int depth, int width)
    {
        Depth = depth;
        Width = width;
        buffer = new AlignedBuffer((capacity + width - 1L) / width * width * depth);
    }

    /// <summary>Length of a row.</summary>
    public int Depth { get; }

    /// <summary>Rows a panel.</summary>
    public int Width { get; }

    /// <summary>Rows packed last.</summary>
    public int Rows { get; private set; }

    /// <summary>Panels that hold the rows.</summary>
    public int Panels => (Rows + Width - 1) / Width;

    /// <summary>The first value of a panel.</summary>
    public float* Panel(int panel) => buffer.Pointer + ((long)panel * Width * Depth);

    /// <summary>Packs rows, replacing what was packed before.</summary>
    /// <param name="source">The rows, row-major; its length is a multiple of the depth.</param>
    /// <param name="scale">A factor for each row, or empty for none.</param>
    public void Pack(ReadOnlySpan<float> source, ReadOnlySpan<float> scale = default)
    {
        Rows = source.Length / Depth;
        if ((long)Panels * Width * Depth > buffer.Length)
        {
            throw new ArgumentException($"{Rows} rows are more than this buffer's {buffer.Length / Depth}.", nameof(source));
        }

        for (var panel = 0; panel < Panels; panel++)
        {
            var target = Panel(panel);
            for (var lane = 0; lane < Width; lane++)
            {
                var row = (panel * Width) + lane;
                if (row >= Rows)
                {
                    Scatter(default, 0, target + lane);
                    continue;
                }

                Scatter(source.Slice(row * Depth, Depth), scale.IsEmpty ? 1 : scale[row], target + lane);
            }
        }
    }

    public void Dispose() => buffer.Dispose();

    /// <summary>Writes one row down a column of a panel; zeros for an empty row.</summary>
    private void Scatter(ReadOnlySpan<float> row, float factor, float* target)
    {
        for (var p = 0; p < Depth; p++)
        {
            target[(long)p * Width] = row.IsEmpty ? 0 : row[p] * factor;
        }
    }
}
