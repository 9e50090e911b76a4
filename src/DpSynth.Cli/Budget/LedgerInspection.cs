using System.Text.Json;
using Azure;
using DpSynth.Cli.Connections;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary>Checks stored ledgers: each in itself, against the catalogue, against the ledgers joined into it, and against the releases.</summary>
internal sealed class LedgerInspection(Connection connection)
{
    private const string StatementFile = "privacy.json";

    /// <summary>Checks the ledger of a dataset and those joined into it; all ledgers if none is named.</summary>
    public async Task<LedgerVerdict> CheckAsync(string? dataset, CancellationToken cancellationToken)
    {
        var catalogue = await connection.LedgerAdministration.ReadCatalogueAsync(cancellationToken);
        var chosen = dataset is null ? null : catalogue.LineageOf(dataset)!.Name;
        var copies = new Dictionary<string, LedgerCopy>(StringComparer.Ordinal);
        foreach (var lineage in catalogue.Lineages)
        {
            copies[lineage.Name] = await connection.LedgerAdministration.ReadChainAsync(lineage.Name, cancellationToken);
        }

        var accountant = new LedgerAccountant();
        var notes = new List<string>();
        var quoted = await ReadWitnessesAsync(notes, cancellationToken);
        var known = copies.Values.SelectMany(copy => LedgerVerification.ReadHashes(copy)).ToHashSet(StringComparer.Ordinal);
        var ledgers = new List<CheckedLedger>();
        foreach (var lineage in catalogue.Lineages.Where(record => chosen is null || catalogue.Resolve(record.Name).Name == chosen))
        {
            var report = LedgerVerification.Check(copies[lineage.Name], accountant);
            var own = quoted?.Where(witness => catalogue.LineageOf(witness.Dataset)?.Name == lineage.Name).ToList();
            var ledger = CheckedLedger.Of(report, own?.Count(witness => known.Contains(witness.Hash)));
            ledgers.Add(ledger with
            {
                Faults =
                [
                    .. ledger.Faults,
                    .. Missing(report, catalogue),
                    .. Misbound(report, catalogue),
                    .. Unjoined(report, copies),
                    .. (own ?? []).Where(witness => !known.Contains(witness.Hash)).Select(witness => new CheckedFault(
                        null,
                        $"The release of run '{witness.RunId}' quotes entry {witness.Hash} for '{witness.Key}', and no ledger has it: "
                            + "entries were removed or replaced.")),
                ],
            });
        }

        return new LedgerVerdict(ledgers, notes);
    }

    private static IEnumerable<CheckedFault> Missing(LedgerReport report, LedgerCatalogue catalogue) =>
        report is { Entries: 0, Faults.Count: 0 } && catalogue.Pending.All(act => act.Lineage != report.Lineage)
            ? [new CheckedFault(1, $"The catalogue names the ledger '{report.Lineage}', and it has no entries: they were removed.")]
            : [];

    /// <summary>A name must not stand for another lineage than the chains tell.</summary>
    private static IEnumerable<CheckedFault> Misbound(LedgerReport report, LedgerCatalogue catalogue) =>
        (report.State?.Datasets ?? [])
            .Where(dataset => catalogue.Pending.Count == 0 && catalogue.LineageOf(dataset)?.Name != catalogue.Resolve(report.Lineage).Name)
            .Select(dataset => new CheckedFault(
                null,
                $"Dataset '{dataset}' belongs to this ledger by its entries, and by the catalogue to '{catalogue.LineageOf(dataset)?.Name ?? "none"}': "
                    + "the catalogue was edited."));

    /// <summary>What was joined must still be what it was.</summary>
    private static IEnumerable<CheckedFault> Unjoined(LedgerReport report, Dictionary<string, LedgerCopy> copies) =>
        (report.State?.JoinedAt ?? [])
            .Where(joined => !copies.TryGetValue(joined.Lineage, out var copy) || !LedgerVerification.ReadHashes(copy).Contains(joined.Hash!))
            .Select(joined => new CheckedFault(
                null, $"Ledger '{joined.Lineage}' was joined at its entry {joined.Sequence}, and it has that entry no more: it was edited."));

    /// <summary>The ledger entries that published statements quote; null where the releases cannot be read.</summary>
    private async Task<List<Witness>?> ReadWitnessesAsync(List<string> notes, CancellationToken cancellationToken)
    {
        try
        {
            var witnesses = new List<Witness>();
            await foreach (var run in connection.Registry.ListAsync(cancellationToken))
            {
                var files = await connection.Releases.ListAsync(run.Request.RunId, cancellationToken);
                if (files.Any(file => file.Name == StatementFile))
                {
                    await using var content = await connection.Releases.OpenAsync(run.Request.RunId, StatementFile, cancellationToken);
                    using var statement = await JsonDocument.ParseAsync(content, cancellationToken: cancellationToken);
                    witnesses.AddRange(Quoted(statement.RootElement).Select(quote =>
                        new Witness(run.Request.RunId, run.Request.Dataset, quote.Key, quote.Hash)));
                }
            }

            return witnesses;
        }
        catch (Exception fault) when (fault is RequestFailedException { Status: not 404 } or AggregateException or JsonException or InvalidDataException)
        {
            notes.Add("The releases could not all be read, so it was not checked whether their witnesses are on the ledgers.");
            return null;
        }
        catch (RequestFailedException)
        {
            return [];
        }
    }

    private static IEnumerable<(string Key, string Hash)> Quoted(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty("releases", out var releases) || releases.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var release in releases.EnumerateArray().Where(release => release.ValueKind == JsonValueKind.Object))
        {
            if (release.TryGetProperty("ledgerEntry", out var hash) && hash.ValueKind == JsonValueKind.String)
            {
                yield return (release.TryGetProperty("key", out var key) ? key.ToString() : "?", hash.GetString()!);
            }
        }
    }

    private sealed record Witness(string RunId, string Dataset, string Key, string Hash);
}
