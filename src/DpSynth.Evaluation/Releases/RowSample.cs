using DpSynth.Numerics;

namespace DpSynth.Evaluation.Releases;

/// <summary>
/// Keeps every n-th of the rows it is given, with n the smallest power of two for which they fit: the number of rows need not be known
/// beforehand, memory stays bounded, and the same rows give the same sample.
/// </summary>
/// <param name="columns">Values of a row.</param>
/// <param name="capacity">Most rows kept; at least 2.</param>
internal sealed class RowSample(int columns, int capacity)
{
    private readonly List<float[]> _rows = [];
    private long _seen;
    private long _stride = 1;

    /// <summary>Rows given so far.</summary>
    public long Seen => _seen;

    /// <summary>Adds rows.</summary>
    public void Add(EmbeddingMatrix rows)
    {
        for (var row = 0; row < rows.Rows; row++, _seen++)
        {
            if (_seen % _stride != 0)
            {
                continue;
            }

            if (_rows.Count == capacity)
            {
                Thin();
                if (_seen % _stride != 0)
                {
                    continue;
                }
            }

            _rows.Add(rows[row].ToArray());
        }
    }

    /// <summary>The rows kept, in their order.</summary>
    public EmbeddingMatrix ToMatrix()
    {
        var matrix = new EmbeddingMatrix(_rows.Count, columns);
        for (var row = 0; row < _rows.Count; row++)
        {
            _rows[row].CopyTo(matrix[row]);
        }

        return matrix;
    }

    private void Thin()
    {
        _stride *= 2;
        for (var kept = 0; 2 * kept < _rows.Count; kept++)
        {
            _rows[kept] = _rows[2 * kept];
        }

        _rows.RemoveRange((_rows.Count + 1) / 2, _rows.Count / 2);
    }
}
