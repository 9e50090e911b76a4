using System.Globalization;
using System.Text.Json;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Statements;

/// <summary>
/// Reads the spends of an exported ledger: one JSON object a line, with its <c>kind</c> and its <c>hash</c>, a spend also with its
/// <c>run</c>, <c>key</c> and <c>event</c>. An export ends with the ledger's head, which spends nothing.
/// </summary>
public static class LedgerWitness
{
    /// <summary>All entries of kind <c>spend</c> by their hash.</summary>
    /// <exception cref="FormatException">A line is not an entry; the message says which.</exception>
    public static IReadOnlyDictionary<string, LedgerSpend> ReadSpends(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        Dictionary<string, LedgerSpend> spends = new(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                using var document = JsonDocument.Parse(line);
                var entry = document.RootElement;
                if (IsHead(entry))
                {
                    continue;
                }

                var hash = entry.GetProperty("hash").GetString() ?? "";
                if (entry.GetProperty("kind").GetString() == "spend" && IsHash(hash))
                {
                    spends[hash] = new LedgerSpend(
                        Text(entry, "run"),
                        Text(entry, "key"),
                        entry.TryGetProperty("event", out var measurement) ? measurement.Deserialize<PrivacyEvent>(PrivacyJson.Options) : null);
                }
            }
            catch (Exception fault) when (
                fault is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException or NotSupportedException)
            {
                throw new FormatException(
                    string.Create(CultureInfo.InvariantCulture, $"Line {number} is not a ledger entry, a JSON object with 'kind' and 'hash'."), fault);
            }
        }

        return spends;
    }

    internal static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    private static bool IsHead(JsonElement line) => line.TryGetProperty("head", out _) && !line.TryGetProperty("kind", out _);

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.GetString() : null;
}

/// <summary>What an entry says was spent; null where it does not say.</summary>
/// <param name="Run">The run.</param>
/// <param name="Key">The measurement's name in the run.</param>
/// <param name="Event">What it cost.</param>
public sealed record LedgerSpend(string? Run, string? Key, PrivacyEvent? Event)
{
    /// <summary>Whether this is the spend of a run's measurement, as far as it says.</summary>
    internal bool Covers(string run, MeasurementCost measurement) =>
        (Run is null || Run == run) && (Key is null || Key == measurement.Key) && (Event is null || Event == measurement.Event);
}
