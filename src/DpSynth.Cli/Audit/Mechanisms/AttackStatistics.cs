using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Cli.Audit.Mechanisms;

/// <summary>
/// What an attacker computes from the measurements of one trial: numbers that are around 0 without the canary and around 1 with it, scaled
/// to votes. Each looks for other faults.
/// </summary>
/// <remarks>
/// <c>likelihood-ratio</c> weighs all measurements as Neyman and Pearson would for the claimed noise, and decides for a correct mechanism.
/// <c>iteration-t</c> and <c>class-count</c> look at one measurement alone: one of them without noise would vanish in the sum.
/// <c>contrast-t</c> takes the noise that a neighbouring iteration shows at the same candidates off an iteration: nothing is left of noise
/// that is used twice.
/// </remarks>
internal sealed class AttackStatistics
{
    private readonly IReadOnlyList<double> _weights;
    private readonly int _iterations;

    public AttackStatistics(AuditedMechanism mechanism)
    {
        var unit = (double)mechanism.Grid.UnitsPerVote;
        var squares = mechanism.Measurements.Select(measurement => unit * unit / measurement.SigmaSquared.ToDouble()).ToArray();
        Mu = Math.Sqrt(squares.Sum());
        _weights = [.. squares.Select(square => square / (Mu * Mu))];
        _iterations = mechanism.Measurements.Count - 1;
        var numbers = Enumerable.Range(1, _iterations);
        Names =
        [
            "likelihood-ratio",
            "class-count",
            .. numbers.Select(t => $"iteration-{t}"),
            .. _iterations > 1 ? numbers.Select(t => $"contrast-{t}") : [],
        ];
    }

    /// <summary>μ that the measurements claim together; <see cref="Names"/>[0] has a standard deviation of 1/μ if they are as claimed.</summary>
    public double Mu { get; }

    /// <summary>One name a statistic.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Computes all statistics of one trial.</summary>
    /// <param name="classCount">The measured class count less what is known without the canary, in votes.</param>
    /// <param name="noisy">The measured histograms less what is known without the canary, in grid units.</param>
    /// <param name="nearest">The candidates of each iteration that the canary votes for.</param>
    /// <param name="grid">The grid.</param>
    /// <param name="values">Receives one number a name.</param>
    public void Compute(double classCount, long[][] noisy, int[][] nearest, VoteGrid grid, Span<double> values)
    {
        values[0] = _weights[0] * classCount;
        values[1] = classCount;
        for (var t = 0; t < _iterations; t++)
        {
            values[2 + t] = Projection(noisy[t], nearest[t], grid);
            values[0] += _weights[1 + t] * values[2 + t];
            if (_iterations > 1)
            {
                var neighbour = t + 1 < _iterations ? t + 1 : t - 1;
                values[2 + _iterations + t] = values[2 + t] - Projection(noisy[neighbour], nearest[t], grid);
            }
        }
    }

    /// <summary>The part of a histogram along the canary's vote vector, which has 1/√k at each of its k candidates; 1 for that vector itself.</summary>
    private static double Projection(long[] histogram, int[] nearest, VoteGrid grid)
    {
        long sum = 0;
        foreach (var candidate in nearest)
        {
            sum += histogram[candidate];
        }

        return sum / (grid.UnitsPerVote * Math.Sqrt(nearest.Length));
    }
}
