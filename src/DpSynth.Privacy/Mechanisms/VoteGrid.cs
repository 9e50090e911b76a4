namespace DpSynth.Privacy.Mechanisms;

/// <summary>
/// The grid on which votes are counted: a full vote is 2^<see cref="Bits"/> grid units. A unit's votes are scaled to L2 norm at most
/// one full vote and rounded towards zero, in whole numbers throughout.
/// </summary>
/// <remarks>
/// <para>
/// Let c be one unit's counts, S = Σ c², and v_j = ⌊2^b·c_j/√S⌋. Then v_j² ≤ 4^b·c_j²/S, and summed over j the squares are at most
/// 4^b: the L2 norm of v is at most 2^b. Rounding to nearest would not keep it.
/// </para>
/// <para>
/// v_j is computed as ⌊√⌊4^b·c_j²/S⌋⌋, which is the same number: an integer's square is at most a real number exactly if it is at
/// most the number's floor. A histogram is the sum over units of their v, each a function of that unit alone; one unit more or less
/// moves it by one v, so that its sensitivity under add/remove is 2^b grid units whatever the number of images of a unit, of
/// candidates and of classes, as long as c spans all of them.
/// </para>
/// </remarks>
/// <param name="Bits">b, 0 to 20. 0 where every unit has a single vote; else 10 is ample.</param>
public sealed record VoteGrid(int Bits)
{
    private const int MaxBits = 20;

    /// <summary>b, 0 to 20.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Bits { get; init => field = InRange(value); } = InRange(Bits);

    /// <summary>2^b: the sensitivity D of a histogram in grid units, under add/remove.</summary>
    public long UnitsPerVote => 1L << Bits;

    /// <summary>Scales one unit's counts c (how many of its images vote for each candidate, whatever the candidate's class).</summary>
    /// <param name="counts">c, not negative. Candidates without votes may be left out: they change nothing.</param>
    /// <param name="votes">Receives v; as long as <paramref name="counts"/>.</param>
    /// <exception cref="ArgumentException">A count is negative, or the lengths differ.</exception>
    public void Scale(ReadOnlySpan<int> counts, Span<long> votes)
    {
        if (counts.Length != votes.Length)
        {
            throw new ArgumentException("There must be room for one vote a count.", nameof(votes));
        }

        UInt128 sum = 0;
        foreach (var count in counts)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(counts));
            sum += (ulong)count * (ulong)count;
        }

        for (var j = 0; j < counts.Length; j++)
        {
            // c² < 2⁶² and 4^b ≤ 2⁴⁰: the product fits; the quotient is at most 4^b.
            votes[j] = counts[j] == 0 ? 0 : (long)IntegerRoot.Floor((ulong)(((UInt128)((ulong)counts[j] * (ulong)counts[j]) << (2 * Bits)) / sum));
        }
    }

    /// <summary>Adds one unit's votes, scaled, to a histogram.</summary>
    /// <param name="candidates">The candidates that the unit's images vote for, in any order, repeated where several vote for the same.</param>
    /// <param name="histogram">One count a candidate, in grid units.</param>
    /// <exception cref="ArgumentOutOfRangeException">A candidate is not in the histogram; nothing is added.</exception>
    /// <exception cref="ArgumentException">A count would not fit 64 bits; nothing is added.</exception>
    public void AddVotes(ReadOnlySpan<int> candidates, Span<long> histogram)
    {
        var sorted = candidates.ToArray();
        Array.Sort(sorted);
        if (sorted.Length > 0 && (sorted[0] < 0 || sorted[^1] >= histogram.Length))
        {
            throw new ArgumentOutOfRangeException(nameof(candidates), "A vote is for a candidate that the histogram does not have.");
        }

        var counts = new int[sorted.Length];
        var distinct = 0;
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i] != sorted[distinct])
            {
                sorted[++distinct] = sorted[i];
            }

            counts[distinct]++;
        }

        distinct = Math.Min(distinct + 1, sorted.Length);
        var votes = new long[distinct];
        Scale(counts.AsSpan(0, distinct), votes);
        for (var i = 0; i < distinct; i++)
        {
            if (histogram[sorted[i]] > long.MaxValue - votes[i])
            {
                throw new ArgumentException("A count of votes does not fit 64 bits: count on a grid of fewer bits. Nothing was added.", nameof(histogram));
            }
        }

        for (var i = 0; i < distinct; i++)
        {
            histogram[sorted[i]] += votes[i];
        }
    }

    private static int InRange(int bits) => bits is >= 0 and <= MaxBits
        ? bits
        : throw new ArgumentOutOfRangeException(nameof(bits), bits, $"A vote grid has 0 to {MaxBits} bits.");
}
