using DpSynth.Functions.Orchestration;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>What the orchestration of Private Evolution carries from one execution to the next.</summary>
public sealed record EvolutionState
{
    /// <summary>What runs of all methods carry; null in the states of version 0.1, which had its members beside the others.</summary>
    public RunCursor? Run { get; init; }

    /// <summary>The run in a state of version 0.1; null in others.</summary>
    public string? RunId { get; init; }

    /// <summary>What runs of all methods carry: of a run of version 0.1 only that its plan is not of this version.</summary>
    /// <exception cref="InvalidOperationException">The state names no run.</exception>
    public RunCursor Cursor() => Run ?? new RunCursor
    {
        RunId = RunId ?? throw new InvalidOperationException("The orchestration's state names no run."),
        Step = RunStep.Work,
        PlanVersion = 1,
    };

    /// <summary>The generation at hand, 0 to T.</summary>
    public int Generation { get; init; }

    /// <summary>What is to be done with it next.</summary>
    public EvolutionStep Step { get; init; }
}

/// <summary>
/// Private Evolution in a run. One execution does one generation: have it made, let the private images vote on it, measure the noisy
/// histogram, select the parents of the next; then it continues as new, so that history does not grow with the number of iterations. Large
/// generations and datasets take several executions.
/// </summary>
internal sealed class EvolutionRun(RunLife life, EvolutionState state) : IMethodWork, IEvolutionSteps
{
    private EvolutionState _state = state;

    private string RunId => life.Cursor.RunId;

    /// <inheritdoc/>
    public object StateAt(RunCursor cursor) => _state with { Run = cursor };

    /// <inheritdoc/>
    public async Task<bool> AdvanceAsync()
    {
        var generation = _state.Generation;
        while (_state.Generation == generation && await Evolution.TakeAsync(this, _state.Step, generation))
        {
            if (Evolution.After(_state.Step, generation, life.Cursor.Iterations) is not var (step, next))
            {
                return true;
            }

            _state = _state with { Step = step, Generation = next };
            life.BeginStep();
        }

        return false;
    }

    Task<bool> IEvolutionSteps.MakeAsync(int generation) => life.GenerateAsync(generation);

    Task<bool> IEvolutionSteps.VoteAsync(int iteration) => life.ForEachLaneAsync(
        RunStage.Voting, nameof(EvolutionActivities.CountVotes), lane => new VoteInput(RunId, iteration, lane), iteration);

    async Task IEvolutionSteps.MeasureAsync(int iteration)
    {
        life.Report(RunStage.Selecting, 0, 1, "steps", iteration);
        var measured = await life.CallAsync<MeasuredHistogram>(nameof(EvolutionActivities.MeasureHistogram), new IterationInput(RunId, iteration));
        life.Spent(measured.EpsilonSpent);
    }

    Task IEvolutionSteps.SelectAsync(int iteration) =>
        life.CallAsync<object?>(nameof(EvolutionActivities.SelectParents), new IterationInput(RunId, iteration));
}
