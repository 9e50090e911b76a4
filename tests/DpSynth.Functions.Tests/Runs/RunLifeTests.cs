using DpSynth.Functions.Announcements;
using DpSynth.Functions.Orchestration;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;

namespace DpSynth.Functions.Tests.Runs;

/// <summary>The life of a run around the work of a method that the product does not know.</summary>
public sealed class RunLifeTests
{
    [Fact]
    public async Task Method_of_a_test_is_planned_paid_made_published_and_closed_around_its_own_work()
    {
        var hub = new FakeTaskHub { Lanes = 2, GenerationShards = 3 };

        var outcome = await hub.RunAsync(OrchestrateAsync, new MeanState(new RunCursor { RunId = "run" }, IsReleased: false));

        Assert.Equal((RunState.Succeeded, "releases/large/"), (outcome.State, outcome.Release));
        Assert.Equal(
        [
            nameof(RunActivities.PlanRun), nameof(RunActivities.EmbedLane), nameof(RunActivities.EmbedLane),
            nameof(RunActivities.CheckPrivateImages), nameof(RunActivities.AskWorker), nameof(RunActivities.ReserveBudget),
            MeanWork.Release, nameof(RunActivities.DispatchGeneration), nameof(RunActivities.CountStoredShards),
            nameof(RunActivities.ScoreRelease), nameof(RunActivities.PublishRun), nameof(RunActivities.CloseRun), nameof(AnnouncementActivities.AnnounceRun),
        ],
        hub.Calls);
    }

    [Fact]
    public async Task Run_of_a_plan_that_nobody_knows_is_closed_and_announced_without_any_work()
    {
        var hub = new FakeTaskHub { Lanes = 2, GenerationShards = 3 };

        var outcome = await hub.RunAsync(
            OrchestrateAsync, new MeanState(new RunCursor { RunId = "run", Step = RunStep.Work, PlanVersion = RunPlan.KnownSchemaVersion + 1 }, false));

        Assert.Equal((RunState.Failed, UnknownPlan.Refusal(RunPlan.KnownSchemaVersion + 1).Sentence), (outcome.State, outcome.Reason));
        Assert.Equal([nameof(RunActivities.CloseRun), nameof(AnnouncementActivities.AnnounceRun)], hub.Calls);
    }

    private static Task<RunOutcome> OrchestrateAsync(TaskOrchestrationContext context)
    {
        var state = context.GetInput<MeanState>()!;
        var life = new RunLife(context, state.Run);
        return life.LiveAsync(new MeanWork(life, state));
    }

    private sealed record MeanState(RunCursor Run, bool IsReleased);

    /// <summary>Releases something, then has one generation made.</summary>
    private sealed class MeanWork(RunLife life, MeanState state) : IMethodWork
    {
        public const string Release = "MeasureMean";

        private MeanState _state = state;

        public object StateAt(RunCursor cursor) => _state with { Run = cursor };

        public async Task<bool> AdvanceAsync()
        {
            if (!_state.IsReleased)
            {
                await life.CallAsync<object?>(Release, new RunInput("run"));
                _state = _state with { IsReleased = true };
            }

            return await life.GenerateAsync(0);
        }
    }
}
