namespace DpSynth.LocalHost.Durable;

/// <summary>An orchestrator's code asked for something else than its journal says it did.</summary>
public sealed class NonDeterministicOrchestrationException : InvalidOperationException
{
    internal NonDeterministicOrchestrationException(string orchestrator, Call recorded, Call? made)
        : base(
            $"The orchestrator '{orchestrator}' is not deterministic: the journal has {recorded.Describe()} as call {recorded.Number}, "
            + Now(recorded, made)
            + ". Code that changed needs a new orchestrator name or no instances in flight; otherwise take time, randomness and "
            + "settings from the context, the input or an activity.")
    {
    }

    private static string Now(Call recorded, Call? made) => made switch
    {
        null => "the code now makes no such call",
        _ when made.Describe() == recorded.Describe() => $"the code now calls {made.Describe()} with another input",
        _ => $"the code now calls {made.Describe()}",
    };
}
