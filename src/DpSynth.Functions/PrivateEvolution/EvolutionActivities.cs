using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.PrivateEvolution;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>The activities of Private Evolution, beside those that all runs have; as these, each can be called again at any time.</summary>
public sealed class EvolutionActivities(
    GenerationDispatcher dispatcher, VoteCounting voting, HistogramRelease release, ParentSelection selection, FunctionInstruments instruments)
{
    /// <summary>Queues the jobs of a generation for the workers.</summary>
    [Function(nameof(DispatchGeneration))]
    public Task<GenerationShards> DispatchGeneration([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => dispatcher.DispatchAsync(input.RunId, input.Iteration, cancellationToken));

    /// <summary>Looks in the candidate store how much of a generation is ready.</summary>
    [Function(nameof(CountStoredShards))]
    public Task<GenerationShards> CountStoredShards([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => dispatcher.CountAsync(input.RunId, input.Iteration, cancellationToken));

    /// <summary>Lets one private shard vote.</summary>
    [Function(nameof(CountVotes))]
    public Task CountVotes([ActivityTrigger] VoteInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => voting.CountAsync(input.RunId, input.Iteration, input.Shard, cancellationToken));

    /// <summary>Spends the iteration's budget, adds the noise once, persists the histogram.</summary>
    [Function(nameof(ReleaseHistogram))]
    public Task<ReleasedHistogram> ReleaseHistogram([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => release.ReleaseAsync(input.RunId, input.Iteration, cancellationToken));

    /// <summary>Selects the parents of the next generation.</summary>
    [Function(nameof(SelectSurvivors))]
    public Task SelectSurvivors([ActivityTrigger] IterationInput input, CancellationToken cancellationToken) =>
        instruments.MeasureAsync(() => selection.SelectAsync(input.RunId, input.Iteration, cancellationToken));
}
