using System.Text.Json;

namespace DpSynth.Ledgers;

/// <summary>
/// Which lineages there are and which dataset's name stands for which. One record for all, replaced only as it was read, so that two
/// changes of lineages never cross. What changes is named in <see cref="Pending"/> until the ledgers' chains tell of it too.
/// </summary>
public sealed record LedgerCatalogue
{
    /// <summary>The version of this format that this software writes and reads.</summary>
    public const int KnownSchemaVersion = 1;

    /// <summary>Version of the format.</summary>
    public int SchemaVersion { get; init; } = KnownSchemaVersion;

    /// <summary>The lineages, in order of their beginning.</summary>
    public IReadOnlyList<LineageRecord> Lineages { get; init; } = [];

    /// <summary>The dataset names, in order of their beginning.</summary>
    public IReadOnlyList<DatasetBinding> Datasets { get; init; } = [];

    /// <summary>Acts that the chains may not tell of yet, in order.</summary>
    public IReadOnlyList<LineageAct> Pending { get; init; } = [];

    /// <summary>Reads the catalogue's JSON.</summary>
    /// <exception cref="InvalidDataException">It is something else, or of another version.</exception>
    public static LedgerCatalogue Decode(ReadOnlySpan<byte> json)
    {
        LedgerCatalogue? catalogue;
        try
        {
            catalogue = JsonSerializer.Deserialize<LedgerCatalogue>(json, LedgerJson.Options);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException("The catalogue of ledgers is not the JSON it should be. Nothing was written.", exception);
        }

        return catalogue?.SchemaVersion == KnownSchemaVersion
            ? catalogue
            : throw new InvalidDataException(
                $"The catalogue of ledgers has schema version {catalogue?.SchemaVersion}, and this software knows version {KnownSchemaVersion}: "
                    + "use the version that wrote it. Nothing was written.");
    }

    /// <summary>The catalogue as JSON.</summary>
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, LedgerJson.Options);

    /// <summary>Whether an act on a dataset or its lineage is pending.</summary>
    public bool IsPending(string dataset)
    {
        var lineage = LineageOf(dataset)?.Name;
        return Pending.Any(act => act.Dataset == dataset || act.Lineage == lineage || act.Before == lineage);
    }

    /// <summary>The lineage that a dataset's name stands for, joins followed; null if the name is unknown.</summary>
    /// <exception cref="InvalidDataException">It names a lineage that there is not, or joins go in a circle: the catalogue was changed by hand.</exception>
    public LineageRecord? LineageOf(string dataset) =>
        Datasets.FirstOrDefault(binding => binding.Dataset == dataset) is { } binding ? Resolve(binding.Lineage) : null;

    /// <summary>A lineage by name; null if there is none.</summary>
    public LineageRecord? Find(string lineage) => Lineages.FirstOrDefault(record => record.Name == lineage);

    /// <summary>The lineage that a lineage is now, joins followed.</summary>
    /// <exception cref="InvalidDataException">There is no such lineage, or joins go in a circle: the catalogue was changed by hand.</exception>
    public LineageRecord Resolve(string lineage)
    {
        for (var steps = 0; steps <= Lineages.Count; steps++)
        {
            var record = Find(lineage) ?? throw new InvalidDataException($"The catalogue of ledgers names lineage '{lineage}', and has none: it was changed.");
            if (record.JoinedInto is not { } next)
            {
                return record;
            }

            lineage = next;
        }

        throw new InvalidDataException("The catalogue of ledgers joins lineages in a circle: it was changed.");
    }
}

/// <summary>A lineage: images that share a ledger.</summary>
public sealed record LineageRecord
{
    /// <summary>The name of its first dataset, followed by <c>.2</c>, <c>.3</c>, … where that is taken.</summary>
    public required string Name { get; init; }

    /// <summary>Names of the sets of fingerprints that make up its images.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>Lineages that may have the same images, because the owner started this one for a dataset of theirs.</summary>
    public IReadOnlyList<string> ApartFrom { get; init; } = [];

    /// <summary>The lineage that took this one in; null while this one stands.</summary>
    public string? JoinedInto { get; init; }
}

/// <summary>What a dataset's name stands for.</summary>
/// <param name="Dataset">The name.</param>
/// <param name="Lineage">The lineage; may have been joined into another since.</param>
public sealed record DatasetBinding(string Dataset, string Lineage);

/// <summary>A change of lineages.</summary>
public sealed record LineageAct
{
    /// <summary>What changes.</summary>
    public required LineageActKind Kind { get; init; }

    /// <summary>The dataset.</summary>
    public required string Dataset { get; init; }

    /// <summary>The lineage that the dataset's name stands for afterwards.</summary>
    public required string Lineage { get; init; }

    /// <summary>The lineage that it stood for before.</summary>
    public string? Before { get; init; }

    /// <summary>The cap of a ledger that begins.</summary>
    public LedgerCap? Cap { get; init; }

    /// <summary>The policy of its dataset.</summary>
    public DatasetPolicy? Policy { get; init; }

    /// <summary>Who did it.</summary>
    public string? By { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}

/// <summary>The changes of lineages.</summary>
public enum LineageActKind
{
    /// <summary>A lineage begins.</summary>
    Open,

    /// <summary>A name is added to a lineage.</summary>
    Follow,

    /// <summary>The owner starts a new lineage for a name.</summary>
    Start,

    /// <summary>A lineage is joined into another.</summary>
    Join,
}
