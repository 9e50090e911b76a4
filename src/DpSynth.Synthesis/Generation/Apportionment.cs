namespace DpSynth.Synthesis.Generation;

/// <summary>Divides a population among classes by largest remainders, in whole numbers, so that everyone computes the same.</summary>
public static class Apportionment
{
    /// <summary>Divides <paramref name="size"/> in proportion to the weights; each class gets at least <paramref name="smallest"/>.</summary>
    /// <param name="size">What is divided, at least <paramref name="smallest"/> a class.</param>
    /// <param name="weights">One a class; those below 0 count as 0. Where all are 0 the classes share evenly.</param>
    /// <param name="smallest">The least that a class gets, at least 1.</param>
    /// <returns>One part a class; they add up to <paramref name="size"/>. Of equal remainders the first is rounded up.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is too small.</exception>
    public static int[] Divide(int size, IReadOnlyList<long> weights, int smallest = 1)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfLessThan(smallest, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, (long)smallest * weights.Count);
        var even = weights.All(static weight => weight <= 0);
        var weightOf = weights.Select(weight => even ? Int128.One : Math.Max(0, weight)).ToArray();
        var open = Enumerable.Range(0, weights.Count).ToList();
        var parts = new int[weights.Count];
        var rest = size;
        while (true)
        {
            // A class whose share is below the least gets the least; the others share what remains.
            var total = Sum(open, weightOf);
            var below = open.FindAll(index => rest * weightOf[index] < smallest * total);
            if (below.Count == 0)
            {
                RoundByLargestRemainder(parts, open, weightOf, rest, total);
                return parts;
            }

            below.ForEach(index => parts[index] = smallest);
            rest -= smallest * below.Count;
            open.RemoveAll(index => parts[index] > 0);
        }
    }

    private static void RoundByLargestRemainder(int[] parts, List<int> open, Int128[] weightOf, int rest, Int128 total)
    {
        var left = rest;
        foreach (var index in open)
        {
            parts[index] = (int)(rest * weightOf[index] / total);
            left -= parts[index];
        }

        foreach (var index in open.OrderByDescending(index => rest * weightOf[index] % total).ThenBy(static index => index).Take(left))
        {
            parts[index]++;
        }
    }

    private static Int128 Sum(List<int> open, Int128[] weightOf)
    {
        Int128 total = 0;
        foreach (var index in open)
        {
            total += weightOf[index];
        }

        return total;
    }
}
