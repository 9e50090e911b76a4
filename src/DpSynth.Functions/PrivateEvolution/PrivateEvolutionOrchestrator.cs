using DpSynth.Functions.Orchestration;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>Private Evolution as a durable orchestration: <see cref="RunLife"/>, and in it <see cref="EvolutionRun"/>.</summary>
public sealed class PrivateEvolutionOrchestrator : IMethodOrchestration
{
    /// <summary>The orchestration's name.</summary>
    public const string Name = "PrivateEvolution";

    /// <inheritdoc/>
    public string Method => EvolutionDescriptor.Name;

    /// <inheritdoc/>
    public string Orchestrator => Name;

    /// <inheritdoc/>
    public object Begin(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new EvolutionState { Run = new RunCursor { RunId = request.RunId, Delta = request.Delta, Iterations = request.Evolution.Iterations } };
    }

    /// <summary>Runs one generation, or all that comes before the first.</summary>
    [Function(Name)]
    public static Task<RunOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var state = context.GetInput<EvolutionState>() ?? throw new InvalidOperationException("The orchestration was started without a state.");
        var life = new RunLife(context, state.Cursor());
        return life.LiveAsync(new EvolutionRun(life, state));
    }
}
