namespace DpSynth.Ledgers;

/// <summary>Which lineages images belong to.</summary>
internal sealed class Lineages(ILedgerStorage storage)
{
    /// <summary>Beyond this many sets of fingerprints a lineage's are put together into one.</summary>
    private const int MaximumSets = 16;

    /// <summary>Looks a dataset's images up.</summary>
    public async Task<LineageMatch> MatchAsync(
        LedgerCatalogue catalogue, string dataset, FingerprintSet images, CancellationToken cancellationToken)
    {
        var own = catalogue.LineageOf(dataset);
        var unknown = images;
        if (own is not null)
        {
            foreach (var name in own.Images)
            {
                unknown = unknown.Except(await ReadAsync(own, name, cancellationToken));
            }
        }

        var apart = own is null ? new HashSet<string>(StringComparer.Ordinal) : LineageRules.Apart(catalogue, own);
        var others = new List<string>();
        foreach (var lineage in catalogue.Lineages.Where(record => record != own && record.JoinedInto is null && !apart.Contains(record.Name)))
        {
            foreach (var name in unknown.Count == 0 ? [] : lineage.Images)
            {
                if (unknown.Overlaps(await ReadAsync(lineage, name, cancellationToken)))
                {
                    others.Add(lineage.Name);
                    break;
                }
            }
        }

        return new LineageMatch(own, unknown, others);
    }

    /// <summary>The catalogue with images added to a lineage.</summary>
    public async Task<LedgerCatalogue> AddAsync(
        LedgerCatalogue catalogue, LineageRecord lineage, FingerprintSet images, CancellationToken cancellationToken)
    {
        var kept = lineage.Images;
        if (kept.Count >= MaximumSets)
        {
            foreach (var name in kept)
            {
                images = images.Union(await ReadAsync(lineage, name, cancellationToken));
            }

            kept = [];
        }

        var added = await storage.WriteImagesAsync(lineage.Name, images, cancellationToken);
        return LineageRules.SetImages(catalogue, lineage.Name, [.. kept, added]);
    }

    private async Task<FingerprintSet> ReadAsync(LineageRecord lineage, string name, CancellationToken cancellationToken) =>
        await storage.ReadImagesAsync(name, cancellationToken)
            ?? throw new InvalidDataException($"Fingerprints of lineage '{lineage.Name}' are missing: restore the blob '{name}' in the ledgers' container.");
}

/// <summary>Where a dataset's images belong.</summary>
/// <param name="Own">The lineage that its name stands for; null if the name is unknown.</param>
/// <param name="Unknown">Its images that the own lineage does not have.</param>
/// <param name="Others">Other lineages that have any of those, except where the owner allowed it.</param>
internal sealed record LineageMatch(LineageRecord? Own, FingerprintSet Unknown, IReadOnlyList<string> Others);
