using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.PrivateEvolution;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>The activities of Private Evolution, beside those that all runs have; as these, each can be called again at any time.</summary>
public sealed class EvolutionActivities(VoteCounting voting, HistogramMeasurement measurement, ParentSelection selection, FunctionInstruments instruments)
{
    /// <summary>Lets one private shard vote.</summary>
    [Function(nameof(CountVotes))]
    public Task CountVotes([ActivityTrigger] VoteInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => voting.CountAsync(input.RunId, input.Iteration, input.Shard, cancellationToken));

    /// <summary>Spends the iteration's budget, adds the noise once, persists the histogram.</summary>
    [Function(nameof(MeasureHistogram))]
    public Task<MeasuredHistogram> MeasureHistogram([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => measurement.MeasureAsync(input.RunId, input.Iteration, cancellationToken));

    /// <summary>Selects the parents of the next generation.</summary>
    [Function(nameof(SelectParents))]
    public Task SelectParents([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => selection.SelectAsync(input.RunId, input.Iteration, cancellationToken));
}
