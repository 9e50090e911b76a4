using System.Text.Json;
using DpSynth.Functions.PrivateEvolution;

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
}
