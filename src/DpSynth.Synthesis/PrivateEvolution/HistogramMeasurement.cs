using System.Runtime.CompilerServices;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Measures an iteration's vote histograms, one a class, with noise on every candidate's count.</summary>
/// <remarks>
/// The histograms of all classes together are one measurement: an image has one class, and an owner's votes are scaled over all classes
/// at once, so that a unit moves all of them together by an L2 norm of at most one vote (add/remove).
/// </remarks>
public sealed class HistogramMeasurement(IRunRecords records, IExactWork exactWork, NoisyMeasurement noisyMeasurement)
{
    /// <summary>Measures the histograms of an iteration; the second time it finds the first one's.</summary>
    public async Task<MeasuredHistogram> MeasureAsync(string runId, int iteration, CancellationToken cancellationToken)
    {
        var run = await records.ReadReservedAsync(runId, cancellationToken);
        var key = PrivateEvolutionMethod.MeasurementOf(iteration);
        var generation = run.Generation(iteration - 1);
        await noisyMeasurement.MeasureAsync(
            run.Request.Dataset,
            runId,
            run.Measurement(key),
            async () => run.Guarantee.Unit == PrivacyUnit.Owner
                ? await Evolution.TallyAsync(generation, ReadNeighboursAsync(run, iteration, cancellationToken), run.Grid)
                : await Evolution.TallyAsync(generation, ReadVotesAsync(run, iteration, cancellationToken)),
            run.Recipe.Classes.Count,
            cancellationToken);
        return new MeasuredHistogram(iteration, run.NoiseInVotes(key), Cost.EpsilonOf(run, run.MeasurementsThrough(key)));
    }

    private async IAsyncEnumerable<(int ClassIndex, long[] Votes)> ReadVotesAsync(
        ReservedRun run, int iteration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (shard, classIndex) in run.ShardClasses.Index())
        {
            yield return (
                classIndex,
                await exactWork.ReadVotesAsync(run.Request.RunId, iteration, shard, cancellationToken) ?? throw NotVoted(run, iteration, shard));
        }
    }

    private async IAsyncEnumerable<(int ClassIndex, OwnerId[] Owners, NeighbourTable Neighbours)> ReadNeighboursAsync(
        ReservedRun run, int iteration, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (shard, classIndex) in run.ShardClasses.Index())
        {
            var embedded = await records.ReadEmbeddedAsync(run.Request.RunId, shard, cancellationToken);
            var neighbours = await exactWork.ReadNeighboursAsync(run.Request.RunId, iteration, shard, cancellationToken)
                ?? throw NotVoted(run, iteration, shard);
            yield return (classIndex, embedded.Owners().ToArray(), neighbours);
        }
    }

    private static InvalidOperationException NotVoted(ReservedRun run, int iteration, int shard) =>
        new($"Private shard {shard} of run '{run.Request.RunId}' has not voted at iteration {iteration}.");
}

/// <summary>What the orchestrator gets to know of a measurement.</summary>
/// <param name="Iteration">1 to T.</param>
/// <param name="NoiseMultiplier">σ of the measurement in votes.</param>
/// <param name="EpsilonSpent">ε of all the run's measurements up to this one together, at the run's δ.</param>
public sealed record MeasuredHistogram(int Iteration, double NoiseMultiplier, double EpsilonSpent);
