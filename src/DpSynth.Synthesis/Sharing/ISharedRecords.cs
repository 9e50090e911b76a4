namespace DpSynth.Synthesis.Sharing;

/// <summary>
/// Small records in the candidate store that several workers change: whoever writes names the version it read, and loses if somebody else
/// was faster. Nothing private is ever written here.
/// </summary>
public interface ISharedRecords
{
    /// <summary>Reads a record and its version; null if there is none.</summary>
    Task<VersionedRecord?> ReadAsync(SharedRecordId id, CancellationToken cancellationToken);

    /// <summary>Writes a record if it is still as it was read.</summary>
    /// <param name="id">The record.</param>
    /// <param name="content">Its new content.</param>
    /// <param name="version">The version read; null where there was none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The new version; null if the record has changed meanwhile.</returns>
    Task<string?> TryWriteAsync(SharedRecordId id, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken);
}

/// <summary>Names a shared record.</summary>
/// <param name="RunId">The run it belongs to; null for a record that runs share.</param>
/// <param name="Name">Its name there: 1 to 64 of <c>a-z 0-9 -</c>.</param>
public readonly record struct SharedRecordId(string? RunId, string Name);

/// <summary>A record as it was read.</summary>
/// <param name="Content">Its bytes.</param>
/// <param name="Version">Its version.</param>
public sealed record VersionedRecord(ReadOnlyMemory<byte> Content, string Version);
