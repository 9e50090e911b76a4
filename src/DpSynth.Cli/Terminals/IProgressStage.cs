namespace DpSynth.Cli.Terminals;

/// <summary>One stage of work as it is shown. Disposing of it leaves its last line standing.</summary>
public interface IProgressStage : IDisposable
{
    /// <summary>Shows how far the stage is.</summary>
    /// <param name="done">Units done.</param>
    /// <param name="total">Units in all; null for what was given before.</param>
    /// <param name="note">A few words after the figures, such as the ε spent so far.</param>
    void Report(long done, long? total = null, string? note = null);

    /// <summary>The stage is done.</summary>
    void Complete(string? note = null);
}
