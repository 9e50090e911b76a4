namespace DpSynth.Numerics;

/// <summary>Embeddings of images, one row an image: <c>[rows, columns]</c> float32, row-major.</summary>
public sealed class EmbeddingMatrix
{
    /// <summary>Wraps <paramref name="values"/>; no copy is made.</summary>
    /// <param name="rows">Number of images, at least 0.</param>
    /// <param name="columns">Dimension of an embedding, at least 1.</param>
    /// <param name="values"><c>[rows, columns]</c>, row-major.</param>
    /// <exception cref="ArgumentOutOfRangeException">Rows are below 0, or columns below 1.</exception>
    /// <exception cref="ArgumentException">The length is not rows × columns.</exception>
    public EmbeddingMatrix(int rows, int columns, Memory<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException($"A {rows}×{columns} matrix holds {(long)rows * columns} values, not {values.Length}.", nameof(values));
        }

        Rows = rows;
        Columns = columns;
        Memory = values;
    }

    /// <summary>Makes a matrix of zeros.</summary>
    /// <param name="rows">Number of images, at least 0.</param>
    /// <param name="columns">Dimension of an embedding, at least 1; rows × columns is at most <see cref="Array.MaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Rows are below 0, or columns below 1, and their product is not.</exception>
    /// <exception cref="OverflowException">Rows × columns is negative.</exception>
    /// <exception cref="OutOfMemoryException">There are more values than an array holds.</exception>
    public EmbeddingMatrix(int rows, int columns)
        : this(rows, columns, new float[checked((long)rows * columns)])
    {
    }

    /// <summary>Number of images.</summary>
    public int Rows { get; }

    /// <summary>Dimension of an embedding.</summary>
    public int Columns { get; }

    /// <summary>All values, row after row.</summary>
    public Memory<float> Memory { get; }

    /// <summary>All values, row after row.</summary>
    public Span<float> Values => Memory.Span;

    /// <summary>One embedding, <c>[columns]</c>; shares the memory.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="row"/> is outside 0..<see cref="Rows"/>-1.</exception>
    public Span<float> this[int row] => Memory.Span.Slice(row * Columns, Columns);
}
