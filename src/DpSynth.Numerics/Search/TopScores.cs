using System.Numerics;
using System.Runtime.InteropServices;

namespace DpSynth.Numerics.Search;

/// <summary>The best k scores seen so far for each query, best first; of equal scores the one offered first, which has the lowest index.</summary>
/// <param name="k">Scores kept a query.</param>
/// <param name="scores"><c>[N, k]</c>, descending in each row, −∞ where nothing was offered yet.</param>
/// <param name="indices"><c>[N, k]</c> candidates the scores belong to.</param>
internal readonly struct TopScores(int k, float[] scores, Memory<int> indices)
{
    /// <summary>Offers products[i] − bias[i] as the score of candidate <paramref name="first"/> + i, for ascending i.</summary>
    public void Offer(int query, int first, ReadOnlySpan<float> products, ReadOnlySpan<float> bias)
    {
        var best = scores.AsSpan(query * k, k);
        var candidates = indices.Span.Slice(query * k, k);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        var biases = MemoryMarshal.Cast<float, Vector<float>>(bias)[..vectors.Length];
        var worst = new Vector<float>(best[^1]);
        var v = 0;
        for (; v <= vectors.Length - 4; v += 4)
        {
            // Four at a time: most hold nothing that is wanted.
            var largest = Vector.Max(
                Vector.Max(vectors[v] - biases[v], vectors[v + 1] - biases[v + 1]),
                Vector.Max(vectors[v + 2] - biases[v + 2], vectors[v + 3] - biases[v + 3]));
            if (Vector.GreaterThanAny(largest, worst))
            {
                var (start, end) = (v * Vector<float>.Count, (v + 4) * Vector<float>.Count);
                InsertAll(best, candidates, first + start, products[start..end], bias[start..end]);
                worst = new Vector<float>(best[^1]);
            }
        }

        var rest = v * Vector<float>.Count;
        InsertAll(best, candidates, first + rest, products[rest..], bias[rest..]);
    }

    private static void InsertAll(Span<float> best, Span<int> candidates, int first, ReadOnlySpan<float> products, ReadOnlySpan<float> bias)
    {
        for (var i = 0; i < products.Length; i++)
        {
            var score = products[i] - bias[i];
            if (score > best[^1])
            {
                Insert(best, candidates, first + i, score);
            }
        }
    }

    private static void Insert(Span<float> best, Span<int> candidates, int candidate, float score)
    {
        var place = best.Length - 1;
        for (; place > 0 && score > best[place - 1]; place--)
        {
            best[place] = best[place - 1];
            candidates[place] = candidates[place - 1];
        }

        best[place] = score;
        candidates[place] = candidate;
    }
}
