using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>
/// Private Evolution as a durable orchestration. One execution does one generation: have it made, let the private images vote on it,
/// release the noisy histogram, select the parents of the next; then it continues as new, so that history does not grow with the
/// number of iterations. Large generations and datasets take several executions.
/// </summary>
public static class PrivateEvolutionOrchestrator
{
    /// <summary>The orchestration's name.</summary>
    public const string Name = "PrivateEvolution";

    /// <summary>Runs one generation, or all that comes before the first.</summary>
    [Function(Name)]
    public static async Task<RunOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = context.GetInput<EvolutionState>() ?? throw new InvalidOperationException("The orchestration was started without a state.");
        var run = new EvolutionRun(context, state);
        try
        {
            if (state.PlanVersion is { } version and not RunPlan.KnownSchemaVersion)
            {
                return await run.EndAsync(RunState.Failed, UnknownPlan.Describe(version));
            }

            return state.Step is EvolutionStep.Plan or EvolutionStep.Embed or EvolutionStep.Check
                ? await run.PrepareAsync()
                : await run.EvolveAsync();
        }
        catch (RunEndedException ended)
        {
            return await run.EndAsync(ended.State, ended.Message);
        }
        catch (TaskFailedException failed)
        {
            return await run.EndAsync(RunState.Failed, $"The step {failed.TaskName} failed: {failed.FailureDetails.ErrorMessage}");
        }
    }
}
