using System.Numerics.Tensors;
using DpSynth.Ledgers;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Releases an iteration's vote histograms, one a class, with noise on every candidate's count.</summary>
/// <remarks>
/// The histograms of all classes together are one release: an image has one class, and an owner's votes are scaled over all classes
/// at once, so that a unit moves all of them together by an L2 norm of at most one vote (add/remove).
/// </remarks>
public sealed class HistogramRelease(IPrivateStore privateStore, IPrivacyLedger ledger, IDiscreteGaussianNoise noise)
{
    private readonly NoisyRelease _release = new(privateStore, ledger, noise);

    /// <summary>Releases the histograms of an iteration; the second time it finds the first one's.</summary>
    public async Task<ReleasedHistogram> ReleaseAsync(string runId, int iteration, CancellationToken cancellationToken)
    {
        var run = await privateStore.ReadSettledAsync(runId, cancellationToken);
        var key = PrivateEvolutionMethod.ReleaseOf(iteration);
        await _release.ReleaseAsync(
            run.Request.Dataset,
            runId,
            run.Release(key),
            () => run.Request.Privacy.Unit == PrivacyUnit.Owner
                ? CountByOwnerAsync(run, iteration, cancellationToken)
                : CountByImageAsync(run, iteration, cancellationToken),
            run.Recipe.Classes.Count,
            cancellationToken);
        return new ReleasedHistogram(iteration, run.NoiseInVotes(key), Cost.EpsilonOf(run, run.ReleasesThrough(key)));
    }

    private async Task<IReadOnlyList<long[]>> CountByImageAsync(SettledRun run, int iteration, CancellationToken cancellationToken)
    {
        var histograms = PopulationLayout.ClassCounts(run.Recipe, iteration - 1).Select(static count => new long[count]).ToArray();
        foreach (var (shard, classIndex) in run.ShardClasses.Index())
        {
            var votes = await privateStore.ReadVotesAsync(run.Request.RunId, iteration, shard, cancellationToken)
                ?? throw NotVoted(run, iteration, shard);
            TensorPrimitives.Add(histograms[classIndex], votes, histograms[classIndex]);
        }

        return histograms;
    }

    private async Task<IReadOnlyList<long[]>> CountByOwnerAsync(SettledRun run, int iteration, CancellationToken cancellationToken)
    {
        var candidates = PopulationLayout.ClassCounts(run.Recipe, iteration - 1);
        var starts = new int[candidates.Count];
        for (var classIndex = 1; classIndex < starts.Length; classIndex++)
        {
            starts[classIndex] = starts[classIndex - 1] + candidates[classIndex - 1];
        }

        var tally = new OwnerTally(candidates.Sum());
        foreach (var (shard, classIndex) in run.ShardClasses.Index())
        {
            var embedded = await privateStore.ReadEmbeddedAsync(run.Request.RunId, shard, cancellationToken);
            var neighbours = await privateStore.ReadNeighboursAsync(run.Request.RunId, iteration, shard, cancellationToken)
                ?? throw NotVoted(run, iteration, shard);
            tally.Add(embedded.Owners(), neighbours, starts[classIndex]);
        }

        var votes = tally.Votes(run.Grid);
        return [.. starts.Select((start, classIndex) => votes[start..(start + candidates[classIndex])])];
    }

    private static InvalidOperationException NotVoted(SettledRun run, int iteration, int shard) =>
        new($"Private shard {shard} of run '{run.Request.RunId}' has not voted at iteration {iteration}.");
}

/// <summary>What the orchestrator gets to know of a release.</summary>
/// <param name="Iteration">1 to T.</param>
/// <param name="NoiseMultiplier">σ of the release in votes.</param>
/// <param name="EpsilonSpent">ε of all the run's releases up to this one together, at the run's δ.</param>
public sealed record ReleasedHistogram(int Iteration, double NoiseMultiplier, double EpsilonSpent);
