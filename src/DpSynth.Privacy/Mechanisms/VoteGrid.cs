using System.Numerics;

namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// The grid on which votes are counted: a full vote is 2^<see cref="Bits"/> grid units. A unit's votes are scaled to L2 norm at most
/// one full vote and rounded towards zero, in whole numbers throughout.
/// </summary>
/// <param name="Bits">b, 0 to 20. 0 where every unit has a single vote; else 10 is ample.</param>
public sealed record VoteGrid(int Bits)
{
    /// <summary>2^b: the sensitivity D of a histogram in grid units, under add/remove.</summary>
    public long UnitsPerVote => 1L << Bits;

    /// <summary>
    /// Scales one unit's counts c (how many of its images vote for each candidate, whatever the candidate's class) to
    /// v_j = ⌊2^b·c_j / √(Σ c²)⌋. Since v_j² ≤ 4^b·c_j² / Σ c², the L2 norm of v is at most 2^b.
    /// </summary>
    /// <param name="counts">c, not negative.</param>
    /// <param name="votes">Receives v; as long as <paramref name="counts"/>.</param>
    /// <exception cref="ArgumentException">A count is negative, or the lengths differ.</exception>
    public void Scale(ReadOnlySpan<int> counts, Span<long> votes)
    {
        if (counts.Length != votes.Length)
        {
            throw new ArgumentException("There must be room for one vote a count.", nameof(votes));
        }

        BigInteger sum = 0;
        foreach (int count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(counts));
            sum += (BigInteger)count * count;
        }

        for (int j = 0; j < counts.Length; j++)
        {
            BigInteger square = counts[j] == 0 ? 0 : (((BigInteger)counts[j] * counts[j]) << (2 * Bits)) / sum;
            votes[j] = Root(square);
        }
    }

    private static long Root(BigInteger square)
    {
        // The double's root is off by one unit at most for squares below 2^52; then it is put right exactly.
        long root = (long)Math.Sqrt((double)square);
        while ((BigInteger)root * root > square)
        {
            root--;
        }

        while ((BigInteger)(root + 1) * (root + 1) <= square)
        {
            root++;
        }

        return root;
    }
}
