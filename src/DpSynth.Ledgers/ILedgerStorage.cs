using System.Text.Json;

namespace DpSynth.Ledgers;

/// <summary>Where ledgers lie: chains of lines that only grow, their heads, the catalogue of lineages, their images' fingerprints.</summary>
public interface ILedgerStorage
{
    /// <summary>Reads the lines of a chain behind a position; none if the chain has not begun.</summary>
    /// <exception cref="InvalidDataException">The chain is shorter than the position.</exception>
    Task<LedgerTail> ReadAfterAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken);

    /// <summary>Appends a line if the chain ends at the position; of two writers at one position one wins.</summary>
    /// <returns>The chain's new end; null if it ends elsewhere, possibly because this very line was written by a call whose answer was lost.</returns>
    Task<LedgerPosition?> TryAppendAsync(string lineage, LedgerPosition position, ReadOnlyMemory<byte> line, CancellationToken cancellationToken);

    /// <summary>Reads the record of a chain's last entry; null if there is none.</summary>
    Task<LedgerHead?> ReadHeadAsync(string lineage, CancellationToken cancellationToken);

    /// <summary>Moves the record of a chain's last entry forward; one that is further already stays.</summary>
    Task AdvanceHeadAsync(string lineage, LedgerHead head, CancellationToken cancellationToken);

    /// <summary>Reads the catalogue with its version; an empty one with version null if there is none.</summary>
    /// <exception cref="InvalidDataException">It is no catalogue of a version that this software knows.</exception>
    Task<(LedgerCatalogue Catalogue, string? Version)> ReadCatalogueAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the catalogue if it still has the version that was read; returns whether it had.</summary>
    Task<bool> TryReplaceCatalogueAsync(LedgerCatalogue catalogue, string? version, CancellationToken cancellationToken);

    /// <summary>Stores a set of fingerprints and answers the name it can be read by; the same set has the same name.</summary>
    Task<string> WriteImagesAsync(string lineage, FingerprintSet images, CancellationToken cancellationToken);

    /// <summary>Reads a set of fingerprints; null if there is none of that name.</summary>
    Task<FingerprintSet?> ReadImagesAsync(string name, CancellationToken cancellationToken);
}

/// <summary>A place between two lines of a chain.</summary>
/// <param name="Segment">The chain's piece, from 0.</param>
/// <param name="Offset">Bytes of the piece in front of the place.</param>
/// <param name="Entries">Lines of the piece in front of the place.</param>
public readonly record struct LedgerPosition(int Segment, long Offset, int Entries);

/// <summary>Lines of a chain and where they end.</summary>
/// <param name="Lines">The bytes.</param>
/// <param name="End">The place behind them.</param>
public sealed record LedgerTail(ReadOnlyMemory<byte> Lines, LedgerPosition End);

/// <summary>What the last entry of a chain was: shows whether entries were cut off. It may lag behind the chain after a crash, never lead.</summary>
/// <param name="Sequence">The entry's place.</param>
/// <param name="Hash">The entry's hash.</param>
/// <param name="SchemaVersion">Version of this format.</param>
public sealed record LedgerHead(long Sequence, string Hash, int SchemaVersion = LedgerEntry.KnownSchemaVersion)
{
    /// <summary>Reads a head's JSON.</summary>
    /// <exception cref="InvalidDataException">It is something else, or of another version.</exception>
    public static LedgerHead Decode(ReadOnlySpan<byte> json)
    {
        LedgerHead? head;
        try
        {
            head = JsonSerializer.Deserialize<LedgerHead>(json, LedgerJson.Options);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The record of a ledger's last entry is not the JSON it should be. Nothing was written.", exception);
        }

        return head is { SchemaVersion: LedgerEntry.KnownSchemaVersion, Sequence: > 0, Hash: not null }
            ? head
            : throw new InvalidDataException(
                $"The record of a ledger's last entry has schema version {head?.SchemaVersion}, "
                    + $"and this software knows version {LedgerEntry.KnownSchemaVersion}: use the version that wrote it. Nothing was written.");
    }

    /// <summary>The head as JSON.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);
}
