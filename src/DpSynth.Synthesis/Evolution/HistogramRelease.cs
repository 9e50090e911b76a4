using System.Numerics.Tensors;
using DpSynth.Privacy;
using DpSynth.Synthesis.Budgets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Evolution;

/// <summary>
/// The one place where something derived from private data is made public: the vote histogram of an iteration, with Gaussian noise
/// on every candidate's count.
/// </summary>
/// <remarks>
/// The order is what the guarantee rests on. First the ledger holds the spend, durably; then noise is drawn and the noisy counts are
/// written if none are there; what is there, from whichever attempt, is the release. A crash between the steps wastes nothing but
/// work: what was not written has been read by nobody.
/// <para>
/// Classes are disjoint, so that a private image moves one class's histogram only, by an L2 norm of at most 1: the histograms of all
/// classes together are one Gaussian release of sensitivity 1 (add/remove).
/// </para>
/// </remarks>
public sealed class HistogramRelease(IPrivateStore privateStore, IBudgetLedger ledger, INoiseSource noise)
{
    /// <summary>Releases the histograms of an iteration; the second time it finds the first one's.</summary>
    public async Task<ReleasedHistogram> ReleaseAsync(string runId, int iteration, CancellationToken cancellationToken)
    {
        var plan = await privateStore.ReadPlanAsync(runId, cancellationToken);
        var sigma = plan.NoiseMultiplier(iteration);
        await ledger.SpendAsync(plan.Request.Dataset, runId, iteration, 1 / (sigma * sigma), cancellationToken);
        for (var classIndex = 0; classIndex < plan.Recipe.Classes.Count; classIndex++)
        {
            if (await privateStore.ReadHistogramAsync(runId, iteration, classIndex, cancellationToken) is null)
            {
                var noisy = await AddNoiseAsync(plan, iteration, classIndex, cancellationToken);
                await privateStore.PersistHistogramAsync(runId, iteration, classIndex, noisy, cancellationToken);
            }
        }

        return new ReleasedHistogram(iteration, sigma, Cost.EpsilonOf(plan, iteration));
    }

    private async Task<double[]> AddNoiseAsync(RunPlan plan, int iteration, int classIndex, CancellationToken cancellationToken)
    {
        var runId = plan.Request.RunId;
        var counts = new double[PopulationLayout.ClassCount(plan.Recipe, iteration - 1, classIndex)];
        foreach (var shard in plan.PrivateShards.Where(shard => shard.ClassIndex == classIndex))
        {
            var votes = await privateStore.ReadVotesAsync(runId, iteration, shard.Number, cancellationToken)
                ?? throw new InvalidOperationException($"Private shard {shard.Number} of run '{runId}' has not voted at iteration {iteration}.");
            TensorPrimitives.Add(counts, votes, counts);
        }

        var draws = new double[counts.Length];
        noise.Fill(draws, plan.NoiseMultiplier(iteration), $"{runId}/{iteration}/{classIndex}");
        TensorPrimitives.Add(counts, draws, counts);
        return counts;
    }
}

/// <summary>What the orchestrator gets to know of a release.</summary>
/// <param name="Iteration">1 to T.</param>
/// <param name="NoiseMultiplier">σ of the release.</param>
/// <param name="EpsilonSpent">ε of releases 1 to this one together, at the run's δ.</param>
public sealed record ReleasedHistogram(int Iteration, double NoiseMultiplier, double EpsilonSpent);
