using System.Text.Json;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers;

/// <summary>
/// Checks a ledger from its first entry to its last: every hash, the order, the rules, the totals, and that nothing is missing at the
/// end. Names each entry that is not what it should be.
/// </summary>
public static class LedgerVerification
{
    /// <summary>How much more than this software composes an entry may state, relative: it may have been written by a looser accountant.</summary>
    private const double Looseness = 0.01;

    private const double Rounding = 1e-6;

    private static readonly JsonSerializerOptions _json = LedgerJson.Options;

    /// <summary>Checks a ledger.</summary>
    /// <param name="copy">The ledger as it is stored or was exported.</param>
    /// <param name="accountant">Composes the totals anew.</param>
    public static LedgerReport Check(LedgerCopy copy, LedgerAccountant accountant)
    {
        ArgumentNullException.ThrowIfNull(copy);
        ArgumentNullException.ThrowIfNull(accountant);
        var faults = new List<LedgerFault>();
        var lines = Split(copy.Lines.Span, out var isWhole);
        var read = lines.Select(line => (Entry: LedgerLine.Read(line, out var fault), Fault: fault)).ToList();
        var present = read.Where(line => line.Entry is not null).Select(line => line.Entry!.Sequence).ToHashSet();
        LedgerState? state = new() { Lineage = copy.Lineage };
        LedgerEntry? before = null;
        long expected = 1;
        foreach (var (entry, fault) in read)
        {
            if (entry is null || fault is not null)
            {
                faults.Add(new LedgerFault(entry?.Sequence ?? expected, fault!));
            }
            else if (entry.Sequence != expected)
            {
                faults.Add(Misplaced(entry.Sequence, expected, present));
            }
            else if (state is null && before?.Sequence == entry.Sequence - 1 && entry.PreviousHash != before.Hash)
            {
                faults.Add(new LedgerFault(entry.Sequence, LedgerState.Unlinked(before.Sequence)));
            }

            // Once an entry is wrong, what follows has nothing to be reckoned from; hashes and order are still checked.
            state = state is null || faults.Count > 0 ? null : Apply(state, entry!, accountant, faults);
            before = entry;
            expected = Following(expected, entry?.Sequence ?? expected);
        }

        if (!isWhole)
        {
            faults.Add(new LedgerFault(expected - 1, "was cut off: the end of its line is missing"));
        }

        CheckEnd(copy, [.. read.Select(line => line.Entry)], faults);
        return new LedgerReport(copy.Lineage, lines.Count, read.LastOrDefault().Entry?.Hash, [.. faults.OrderBy(fault => fault.Sequence)])
        {
            State = faults.Count == 0 ? state : null,
        };
    }

    /// <summary>
    /// Hashes of a ledger's entries that are as they were written, and of those that joined ledgers brought with them: what a release may
    /// quote as its witness.
    /// </summary>
    public static IReadOnlySet<string> ReadHashes(LedgerCopy copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in Split(copy.Lines.Span, out _))
        {
            if (LedgerLine.Read(line, out var fault) is { } entry && fault is null)
            {
                hashes.Add(entry.Hash!);
                hashes.UnionWith((entry.Runs ?? []).SelectMany(run => run.Measurements).Select(measurement => measurement.EntryHash ?? ""));
            }
        }

        return hashes;
    }

    /// <summary>A ledger as a file: its lines and, behind them, its head, without which a missing end could not be seen.</summary>
    public static byte[] Export(LedgerCopy copy)
    {
        ArgumentNullException.ThrowIfNull(copy);
        byte[] head = copy.Head is null
            ? []
            : [.. "{\"head\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(copy.Head, _json), (byte)'}', LedgerLine.End];
        return [.. copy.Lines.Span, .. head];
    }

    /// <summary>Reads what <see cref="Export"/> wrote; nothing is checked but that the last line is a head.</summary>
    /// <exception cref="InvalidDataException">The last line is no head, or there is no entry.</exception>
    public static LedgerCopy Import(ReadOnlySpan<byte> file)
    {
        var start = file.IsEmpty ? -1 : file[..^1].LastIndexOf(LedgerLine.End) + 1;
        try
        {
            if (start <= 0 || file[^1] != LedgerLine.End)
            {
                throw new InvalidDataException("It has no entries, or was cut off.");
            }

            var line = file[start..^1];
            var head = JsonSerializer.Deserialize<HeadLine>(line, _json)?.Head;
            byte[] expected = head is not { SchemaVersion: LedgerEntry.KnownSchemaVersion }
                ? []
                : [.. "{\"head\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(head, _json), (byte)'}'];
            if (!line.SequenceEqual(expected))
            {
                throw new InvalidDataException("Its last line is not the head of a ledger.");
            }

            // The lineage is the first entry's; if another one's entries were mixed in, the check finds it.
            var first = LedgerLine.Read(file[..file.IndexOf(LedgerLine.End)], out _);
            return new LedgerCopy(first?.Lineage ?? "", file[..start].ToArray(), head);
        }
        catch (Exception fault) when (fault is JsonException or InvalidDataException)
        {
            throw new InvalidDataException($"The file is no whole export of a ledger: it was cut off or edited at its end. {fault.Message}", fault);
        }
    }

    private static List<byte[]> Split(ReadOnlySpan<byte> bytes, out bool isWhole)
    {
        var lines = new List<byte[]>();
        while (!bytes.IsEmpty && bytes.IndexOf(LedgerLine.End) is var length and >= 0)
        {
            lines.Add(bytes[..length].ToArray());
            bytes = bytes[(length + 1)..];
        }

        isWhole = bytes.IsEmpty;
        if (!isWhole)
        {
            lines.Add(bytes.ToArray());
        }

        return lines;
    }

    /// <summary>Which entry belongs behind one. No chain is so long that its last place has no next one, but a forged line may say so.</summary>
    private static long Following(long expected, long found) => found < expected ? expected : found < long.MaxValue ? found + 1 : found;

    private static LedgerFault Misplaced(long sequence, long expected, HashSet<long> present)
    {
        if (sequence < expected)
        {
            return new LedgerFault(sequence, $"stands where entry {expected} belongs: entries were put in another order or written twice");
        }

        if (present.Contains(expected))
        {
            return new LedgerFault(sequence, $"stands where entry {expected} belongs: entries were put in another order");
        }

        return sequence == expected + 1
            ? new LedgerFault(expected, "is missing: it was removed")
            : new LedgerFault(expected, $"is missing, and so are all up to entry {sequence - 1}: they were removed");
    }

    private static LedgerState? Apply(LedgerState state, LedgerEntry entry, LedgerAccountant accountant, List<LedgerFault> faults)
    {
        try
        {
            state = state.Apply(entry);
        }
        catch (InvalidDataException fault)
        {
            // "Entry 7 does this." becomes "does this".
            var words = fault.Message.TrimEnd('.');
            faults.Add(new LedgerFault(entry.Sequence, words[(words.IndexOf(' ', "Entry ".Length) + 1)..]));
            return null;
        }

        var cap = state.Cap!;
        CheckTotal(PrivacyUnit.Image, entry.Total);
        CheckTotal(PrivacyUnit.Owner, entry.Total.Owners);
        return state;

        void CheckTotal(PrivacyUnit unit, LedgerTotal? stated)
        {
            var totals = state.Totals(unit);
            if (stated is null && totals.Committed.IsEmpty)
            {
                return;
            }

            var (spent, committed) = (accountant.Compose(totals.Spent, cap.Delta), accountant.Compose(totals.Committed, cap.Delta));
            if (stated?.Delta != cap.Delta || !Agrees(stated.SpentEpsilon, spent.Lower, spent.Upper)
                || !Agrees(stated.CommittedEpsilon, committed.Lower, committed.Upper))
            {
                faults.Add(new LedgerFault(
                    entry.Sequence,
                    $"states totals of ε {stated?.SpentEpsilon ?? 0:R} spent and {stated?.CommittedEpsilon ?? 0:R} committed, "
                        + $"but its events come to {spent.Upper:R} and {committed.Upper:R}"));
            }
            else if (entry.Kind == LedgerEntryKind.Reserve && (entry.Unit ?? PrivacyUnit.Image) == unit
                && committed.Lower > cap.Epsilon * (1 + Rounding))
            {
                faults.Add(new LedgerFault(entry.Sequence, $"reserves beyond the cap: ε {committed.Upper:R} of {cap.Epsilon:R}"));
            }
        }
    }

    private static bool Agrees(double stated, double lower, double upper) =>
        stated == upper || (stated >= lower * (1 - Rounding) && stated <= upper * (1 + Looseness));

    private static void CheckEnd(LedgerCopy copy, IReadOnlyList<LedgerEntry?> entries, List<LedgerFault> faults)
    {
        var last = entries.Max(entry => entry?.Sequence) ?? 0;
        if (copy.Head is not { } head)
        {
            if (last > 1)
            {
                faults.Add(new LedgerFault(last, "may not be the last one: the record of the last entry is missing"));
            }
        }
        else if (head.Sequence > last)
        {
            faults.Add(new LedgerFault(
                last + 1, $"is missing{(head.Sequence > last + 1 ? $", and so are all up to entry {head.Sequence}" : "")}: the end was cut off"));
        }
        else if (!entries.Any(entry => entry?.Sequence == head.Sequence && entry.Hash == head.Hash))
        {
            faults.Add(new LedgerFault(head.Sequence, "is not the one that was written there: the record of the last entry has another hash"));
        }
    }

    private sealed record HeadLine(LedgerHead Head);
}

/// <summary>What a check of a ledger found.</summary>
/// <param name="Lineage">The lineage.</param>
/// <param name="Entries">How many entries there are.</param>
/// <param name="LastHash">The last entry's hash; null if there is none.</param>
/// <param name="Faults">What is wrong, by entry; empty if nothing is.</param>
public sealed record LedgerReport(string Lineage, int Entries, string? LastHash, IReadOnlyList<LedgerFault> Faults)
{
    /// <summary>What the entries add up to; null if anything is wrong.</summary>
    public LedgerState? State { get; init; }
}

/// <summary>One thing that is wrong with a ledger.</summary>
/// <param name="Sequence">The entry.</param>
/// <param name="What">What is wrong with it, as the end of a sentence that begins with "Entry n".</param>
public sealed record LedgerFault(long Sequence, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"Entry {Sequence} {What}.";
}
