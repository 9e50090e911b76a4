using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Orchestration;

/// <summary>Leaves the orchestration's steps when the run ends before its time.</summary>
internal sealed class RunEndedException(RunState state, Refusal refusal) : Exception(refusal.Sentence)
{
    /// <summary>What a cancelled run's status says.</summary>
    public static Refusal Cancelled { get; } = new("cancelled", "The run was cancelled on request.");

    /// <summary>How it ended.</summary>
    public RunState State { get; } = state;

    /// <summary>Why, for everybody.</summary>
    public Refusal Refusal { get; } = refusal;
}

/// <summary>What is said of a run whose workers give up. Their words are quoted, cut and without control characters: nobody vouches for them.</summary>
internal static class WorkerRefusal
{
    private const int MaxQuote = 300;

    /// <summary>No worker can serve the run.</summary>
    public static Refusal CannotServe(string error) =>
        new("worker-cannot-serve", $"The worker cannot serve the run, of which nothing was measured; it says: {Quote(error)}.");

    /// <summary>A worker could not make a shard.</summary>
    public static Refusal CannotMake(int shard, int generation, string error) =>
        new("worker-failed", $"Shard {shard} of generation {generation} could not be made; the worker says: {Quote(error)}.");

    /// <summary>Nothing came for too long.</summary>
    public static Refusal Late(string sentence) => new("worker-late", sentence);

    private static string Quote(string text)
    {
        var plain = string.Concat(text.Select(static character => char.IsControl(character) || char.IsSurrogate(character) ? ' ' : character)).Trim();
        return $"“{(plain.Length > MaxQuote ? $"{plain[..MaxQuote]}…" : plain).TrimEnd('.').Replace('“', '"').Replace('”', '"')}”";
    }
}
