using DpSynth.Functions.Runs;
using DpSynth.Synthesis.PrivateEvolution;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>The activities of Private Evolution, beside those that all runs have; as these, each can be called again at any time.</summary>
public sealed class EvolutionActivities(VoteCounting voting, HistogramMeasurement measurement, ParentSelection selection, ActivityGuard guard)
{
    /// <summary>Lets the images of one lane vote, or as many as one call may.</summary>
    [Function(nameof(CountVotes))]
    public Task<LaneProgress> CountVotes([ActivityTrigger] VoteInput input, CancellationToken cancellationToken) => guard.DoAsync(
        input.RunId,
        async () => new LaneProgress(await voting.CountLaneAsync(input.RunId, input.Iteration, input.Lane, cancellationToken)),
        cancellationToken);

    /// <summary>Spends the iteration's budget, adds the noise once, persists the histogram.</summary>
    [Function(nameof(MeasureHistogram))]
    public Task<MeasuredHistogram> MeasureHistogram([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => measurement.MeasureAsync(input.RunId, input.Iteration, cancellationToken), cancellationToken);

    /// <summary>Selects the parents of the next generation.</summary>
    [Function(nameof(SelectParents))]
    public Task SelectParents([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        guard.DoAsync(input.RunId, () => selection.SelectAsync(input.RunId, input.Iteration, cancellationToken), cancellationToken);
}
