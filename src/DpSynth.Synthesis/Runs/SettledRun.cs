using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Everything about a run that is fixed before its first vote: how its noise was calibrated, how its population is divided. Written
/// once to the private store under <see cref="RecordName"/>, after the budget was reserved.
/// </summary>
public sealed record SettledRun
{
    /// <summary>Name of the private record.</summary>
    public const string RecordName = "settled";

    /// <summary>The request.</summary>
    public required RunRequest Request { get; init; }

    /// <summary>What workers get to know.</summary>
    public required GenerationRecipe Recipe { get; init; }

    /// <summary>The class of each private shard, by its number.</summary>
    public required IReadOnlyList<int> ShardClasses { get; init; }

    /// <summary>The grid that all releases are counted on.</summary>
    public required VoteGrid Grid { get; init; }

    /// <summary>δ of the run.</summary>
    public required double Delta { get; init; }

    /// <summary>Where δ comes from.</summary>
    public required DeltaSource DeltaSource { get; init; }

    /// <summary>The release of noisy class counts; null if there is none.</summary>
    public DiscreteGaussianEvent? ClassCounts { get; init; }

    /// <summary>The releases of iterations 1 to T.</summary>
    public required IReadOnlyList<DiscreteGaussianEvent> Iterations { get; init; }

    /// <summary>The release of one iteration, 1 to T.</summary>
    public PlannedRelease Release(int iteration) => new(ReleaseKeys.Iteration(iteration), Iterations[iteration - 1]);

    /// <summary>The releases up to an iteration in their order, class counts first; 0 for those alone.</summary>
    public IReadOnlyList<PlannedRelease> ReleasesUpTo(int iteration) =>
    [
        .. ClassCounts is null ? Enumerable.Empty<PlannedRelease>() : [new PlannedRelease(ReleaseKeys.ClassCounts, ClassCounts)],
        .. Enumerable.Range(1, iteration).Select(Release),
    ];

    /// <summary>σ of one iteration's noise in votes.</summary>
    public double SigmaInVotes(int iteration) => Math.Sqrt(Iterations[iteration - 1].SigmaSquared.ToDouble()) / Grid.UnitsPerVote;
}

/// <summary>The names of releases in a run and on the ledger.</summary>
public static class ReleaseKeys
{
    /// <summary>The noisy class counts.</summary>
    public const string ClassCounts = "class-counts";

    /// <summary>One iteration's histogram.</summary>
    public static string Iteration(int iteration) => $"iteration-{iteration:D3}";
}
