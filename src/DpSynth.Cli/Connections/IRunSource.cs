using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Connections;

/// <summary>Where a command learns of runs.</summary>
public interface IRunSource
{
    /// <summary>One run; null if nobody knows of it.</summary>
    Task<RunView?> FindAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Accepted runs, newest first; or the requests that were not served.</summary>
    Task<IReadOnlyList<RunView>> ListAsync(bool rejected, CancellationToken cancellationToken);

    /// <summary>Asks a run to end.</summary>
    /// <exception cref="CommandException">There is no such run, it has ended, or no host is there to end it.</exception>
    Task CancelAsync(string runId, CancellationToken cancellationToken);
}
