using System.Text.Json;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Orchestration;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Tests.Runs;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.PrivateEvolution;

public sealed class EvolutionStateTests
{
    [Fact]
    public void State_round_trips_through_the_workers_serializer()
    {
        var state = new EvolutionState
        {
            Run = new RunCursor
            {
                RunId = "run",
                Delta = 1e-6,
                Iterations = 4,
                Step = RunStep.Work,
                PlanVersion = RunPlan.KnownSchemaVersion,
                Lanes = 30,
                LanesDone = 7,
                LastArrival = new DateTime(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc),
                EpsilonSpent = 0.5,
                Progress = new RunProgress { Stage = RunStage.Voting, Iteration = 3, Iterations = 4, Done = 7, Total = 30, Unit = "shards" },
            },
            Generation = 2,
            Step = EvolutionStep.Vote,
        };

        Assert.Equal(state, JsonSerializer.Deserialize<EvolutionState>(JsonSerializer.Serialize(state)));
    }

    [Fact]
    public async Task Run_of_version_0_1_ends_with_a_sentence_and_its_reservation_is_freed()
    {
        var state = JsonSerializer.Deserialize<EvolutionState>(
            """
            {"RunId":"run","Delta":1E-06,"Iterations":4,"Step":4,"PlanVersion":1,"ChecksWorkers":true,"Lanes":30,"LanesDone":7,"Generation":2,
            "LastArrival":"2026-11-22T10:00:00Z","EpsilonSpent":0.5}
            """)!;
        var hub = new FakeTaskHub { Lanes = 30, GenerationShards = 1 };

        var outcome = await hub.RunAsync(PrivateEvolutionOrchestrator.RunAsync, state);

        Assert.Equal((RunState.Failed, UnknownPlan.Refusal(1).Sentence), (outcome.State, outcome.Reason));
        Assert.Equal([nameof(RunActivities.CloseRun), nameof(AnnouncementActivities.AnnounceRun)], hub.Calls);
    }

    [Fact]
    public void Every_step_of_a_run_leads_to_the_end_and_no_step_is_missing()
    {
        var step = RunStep.Plan;
        var walk = new List<RunStep> { step };
        while (step != RunStep.Publish)
        {
            walk.Add(step = RunLife.After(step).Next);
        }

        Assert.Equal(Enum.GetValues<RunStep>(), walk);
    }
}
