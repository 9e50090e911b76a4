using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>Requests that are put down as files, and the answers beside them (container <c>requests</c>).</summary>
public interface IRequestFiles
{
    /// <summary>Reads a request file; null if it is gone.</summary>
    /// <exception cref="RequestException">The file is longer than any request, or not UTF-8 text.</exception>
    Task<string?> ReadAsync(string file, CancellationToken cancellationToken);

    /// <summary>Writes what became of a request file where the person who put it there will find it; over an earlier answer, if there is one.</summary>
    Task AnswerAsync(RequestFileAnswer answer, CancellationToken cancellationToken);
}

/// <summary>What became of a request file.</summary>
/// <param name="File">The file's name in the container.</param>
/// <param name="RunId">The run that was started, or the run id of the refused request if one could be read.</param>
/// <param name="Reason">One sentence on why the request was refused; null if it was accepted.</param>
/// <param name="At">When (UTC).</param>
public sealed record RequestFileAnswer(string File, string? RunId, string? Reason, DateTimeOffset At)
{
    /// <summary>Whether the run was started, or had been before.</summary>
    public bool Accepted => Reason is null;
}
