using System.Text.Json;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.PrivateEvolution;

public sealed class EvolutionStateTests
{
    [Fact]
    public void State_round_trips_through_the_workers_serializer()
    {
        var state = new EvolutionState
        {
            RunId = "run",
            Delta = 1e-6,
            Iterations = 4,
            Step = EvolutionStep.Vote,
            PlanVersion = 1,
            PrivateShards = 30,
            ShardsDone = 7,
            Generation = 2,
            LastArrival = new DateTime(2026, 11, 22, 10, 0, 0, DateTimeKind.Utc),
            EpsilonSpent = 0.5,
        };

        Assert.Equal(state, JsonSerializer.Deserialize<EvolutionState>(JsonSerializer.Serialize(state)));
    }

    [Theory]
    [InlineData(1, EvolutionStep.Embed)]
    [InlineData(2, EvolutionStep.Generate)]
    [InlineData(3, EvolutionStep.Await)]
    [InlineData(4, EvolutionStep.Vote)]
    public void Run_that_began_before_workers_were_asked_goes_on_where_it_was_without_asking(int written, EvolutionStep step)
    {
        var plan = JsonSerializer.Deserialize<PlanSummary>("""{"Refusal":null,"PrivateShards":30,"Iterations":4,"SchemaVersion":1}""")!;
        var state = JsonSerializer.Deserialize<EvolutionState>(
            $$"""
            {"RunId":"run","Delta":1E-06,"Iterations":4,"Step":{{written}},"PlanVersion":1,"PrivateShards":30,"ShardsDone":7,"Generation":2,
            "LastArrival":"2026-11-22T10:00:00Z","EpsilonSpent":0.5}
            """)!;

        Assert.False(plan.ChecksWorkers);
        Assert.False(state.ChecksWorkers);
        Assert.Equal(step, state.Step);
    }
}
