using System.Globalization;
using System.Text.Json;

namespace DpSynth.Privacy.Statements;

/// <summary>Reads the spends of an exported ledger: one JSON object a line, with its <c>kind</c> and its <c>hash</c>.</summary>
public static class LedgerWitness
{
    /// <summary>The hashes of all entries of kind <c>spend</c>.</summary>
    /// <exception cref="FormatException">A line is not an entry; the message says which.</exception>
    public static IReadOnlySet<string> ReadSpends(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        HashSet<string> spends = new(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            try
            {
                JsonElement entry = JsonDocument.Parse(line).RootElement;
                string hash = entry.GetProperty("hash").GetString() ?? "";
                if (entry.GetProperty("kind").GetString() == "spend" && IsHash(hash))
                {
                    spends.Add(hash);
                }
            }
            catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new FormatException(
                    string.Create(CultureInfo.InvariantCulture, $"Line {number} is not a ledger entry, a JSON object with 'kind' and 'hash'."), fault);
            }
        }

        return spends;
    }

    internal static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);
}
