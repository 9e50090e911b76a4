using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Synthesis.Runs;

/// <summary>
/// Counts the units of each class: images, or owners, of whom each is divided among the classes as its images are. Exact, and so
/// private unless the policy makes it public.
/// </summary>
internal static class ClassCounting
{
    /// <summary>Counts the units of each class on the run's grid. A unit moves the counts by an L2 norm of at most one vote (add/remove).</summary>
    public static async Task<long[]> CountAsync(
        IRunRecords records, RunPlan plan, VoteGrid grid, CancellationToken cancellationToken)
    {
        var byOwner = plan.Guarantee.Unit == PrivacyUnit.Owner;
        var counts = new long[plan.Classes.Count];
        var tally = new OwnerTally(counts.Length);
        foreach (var shard in plan.PrivateShards)
        {
            var embedded = await records.ReadEmbeddedAsync(plan.Request.RunId, shard.Number, cancellationToken);
            counts[shard.ClassIndex] += embedded.Images * grid.UnitsPerVote;
            foreach (var owner in embedded.Owners())
            {
                tally.Add(owner, shard.ClassIndex);
            }
        }

        HistogramMechanism.Check(counts);
        return byOwner ? tally.Shares(grid) : counts;
    }
}
