namespace DpSynth.Synthesis.Runs;

/// <summary>What is published (container <c>releases</c>): one folder a run.</summary>
public interface IReleaseStore
{
    /// <summary>Where a run's release lies, for people and for the API.</summary>
    string LocationOf(string runId);

    /// <summary>Writes one file of a release, unless it is there: what was published first stays.</summary>
    /// <param name="runId">The run, the folder's name.</param>
    /// <param name="fileName">For example <c>synthetic-00000.tar</c>, <c>contact-sheet.png</c>, <c>manifest.json</c>, <c>privacy.json</c>.</param>
    /// <param name="content">The bytes.</param>
    /// <param name="contentType">The media type.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task WriteAsync(string runId, string fileName, Stream content, string contentType, CancellationToken cancellationToken);

    /// <summary>The names of a release's files; empty if there is no release.</summary>
    Task<IReadOnlyList<ReleaseFile>> ListAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Opens one file of a release.</summary>
    Task<Stream> OpenAsync(string runId, string fileName, CancellationToken cancellationToken);
}

/// <summary>One file of a release.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="Length">Bytes.</param>
public sealed record ReleaseFile(string Name, long Length);
