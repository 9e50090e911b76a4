using DpSynth.Synthesis.Requests;

namespace DpSynth.Functions.Runs;

/// <summary>How runs of one method are orchestrated. A method registers one; nothing else needs to know which methods there are.</summary>
public interface IMethodOrchestration
{
    /// <summary>The method's name in requests.</summary>
    string Method { get; }

    /// <summary>The orchestrator function's name.</summary>
    string Orchestrator { get; }

    /// <summary>The state with which a run's orchestration begins: small, serializable, nothing private.</summary>
    object Begin(RunRequest request);
}
