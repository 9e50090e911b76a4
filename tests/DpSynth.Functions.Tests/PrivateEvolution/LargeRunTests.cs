using DpSynth.Functions.Orchestration;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Tests.Runs;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.PrivateEvolution;

/// <summary>Runs that are too large for one execution of the orchestration.</summary>
public sealed class LargeRunTests
{
    private const int MaxAtOnce = 64;
    private const int MaxInOneHistory = 1100;

    [Fact]
    public async Task Every_private_shard_is_embedded_and_votes_once_however_many_executions_that_takes()
    {
        var hub = new FakeTaskHub { Lanes = 2500, GenerationShards = 0 };

        var outcome = await RunAsync(hub, iterations: 2);

        Assert.Equal(RunState.Succeeded, outcome.State);
        Assert.Equal(Enumerable.Range(0, 2500), hub.Of<LaneInput>(nameof(RunActivities.EmbedLane)).Select(input => input.Lane).Order());
        Assert.Equal(
            Enumerable.Range(0, 5000),
            hub.Of<VoteInput>(nameof(EvolutionActivities.CountVotes)).Select(input => ((input.Iteration - 1) * 2500) + input.Lane).Order());
        Assert.Equal(MaxAtOnce, hub.MaxAtOnce);
        Assert.InRange(hub.LongestHistory, 1, MaxInOneHistory);
    }

    [Fact]
    public async Task A_generation_of_many_shards_is_waited_for_over_several_executions()
    {
        var hub = new FakeTaskHub { Lanes = 1, GenerationShards = 1700 };

        var outcome = await RunAsync(hub, iterations: 1);

        Assert.Equal(RunState.Succeeded, outcome.State);
        Assert.Equal([0, 1], hub.Of<GenerationInput>(nameof(RunActivities.DispatchGeneration)).Select(input => input.Generation));
        Assert.InRange(hub.LongestHistory, 1, MaxInOneHistory);
    }

    private static Task<RunOutcome> RunAsync(FakeTaskHub hub, int iterations) => hub.RunAsync(
        PrivateEvolutionOrchestrator.RunAsync, new EvolutionState { Run = new RunCursor { RunId = "large", Iterations = iterations } });
}
