using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.PrivateEvolution;

/// <summary>Private Evolution among the methods.</summary>
public sealed class PrivateEvolutionOrchestration : IMethodOrchestration
{
    /// <inheritdoc/>
    public string Method => RunRequest.PrivateEvolution;

    /// <inheritdoc/>
    public string Orchestrator => PrivateEvolutionOrchestrator.Name;

    /// <inheritdoc/>
    public object Begin(RunRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new EvolutionState { RunId = request.RunId, Delta = request.Delta, Iterations = request.Evolution.Iterations };
    }
}
