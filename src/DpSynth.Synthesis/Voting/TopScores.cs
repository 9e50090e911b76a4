using System.Numerics;
using System.Runtime.InteropServices;

namespace DpSynth.Synthesis.Voting;

/// <summary>The best k scores seen so far for each query, best first; of equal scores the one offered first, which has the lowest index.</summary>
/// <param name="k">Scores kept a query.</param>
/// <param name="scores"><c>[N, k]</c>, descending in each row, −∞ where nothing was offered yet.</param>
/// <param name="indices"><c>[N, k]</c> candidates the scores belong to.</param>
internal readonly struct TopScores(int k, float[] scores, int[] indices)
{
    /// <summary>Offers products[i] − bias[i] as the score of candidate <paramref name="first"/> + i, for ascending i.</summary>
    public void Offer(int query, int first, ReadOnlySpan<float> products, ReadOnlySpan<float> bias)
    {
        var best = scores.AsSpan(query * k, k);
        var worst = new Vector<float>(best[^1]);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(products);
        var biases = MemoryMarshal.Cast<float, Vector<float>>(bias);
        for (var v = 0; v < vectors.Length; v++)
        {
            var score = vectors[v] - biases[v];
            if (!Vector.GreaterThanAny(score, worst))
            {
                continue;
            }

            for (var lane = 0; lane < Vector<float>.Count; lane++)
            {
                Insert(query, first + (v * Vector<float>.Count) + lane, score[lane]);
            }

            worst = new Vector<float>(best[^1]);
        }

        for (var i = vectors.Length * Vector<float>.Count; i < products.Length; i++)
        {
            Insert(query, first + i, products[i] - bias[i]);
        }
    }

    private void Insert(int query, int candidate, float score)
    {
        var best = scores.AsSpan(query * k, k);
        if (!(score > best[^1]))
        {
            return;
        }

        var place = k - 1;
        for (; place > 0 && score > best[place - 1]; place--)
        {
            best[place] = best[place - 1];
            indices[(query * k) + place] = indices[(query * k) + place - 1];
        }

        best[place] = score;
        indices[(query * k) + place] = candidate;
    }
}
