using System.Globalization;
using System.Text;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Statements;

namespace DpSynth.Ledgers.Tests;

/// <summary>What a check says of a ledger, and how much it allows: chains are written here entry by entry, as no ledger would write them.</summary>
public sealed class LedgerVerificationTests
{
    private static readonly LedgerAccountant _accountant = new();
    private static readonly LedgerCap _cap = new(10, 1e-5);
    private static readonly PrivacyEvent _noise = new GaussianEvent { NoiseMultiplier = 4 };

    private readonly List<LedgerEntry> _entries = [];
    private readonly List<string> _lines = [];
    private LedgerState _state = new() { Lineage = "birds" };

    public LedgerVerificationTests()
    {
        Write(LedgerRules.Open(_state, "birds", _cap));
        Write(LedgerRules.Reserve(_state, "birds", "run", ProtectedUnit.Image, [new PlannedMeasurement("a", _noise), new PlannedMeasurement("b", _noise)]));
        Write(LedgerRules.Spend(_state, "run", "a").Entry);
        Write(LedgerRules.Spend(_state, "run", "b").Entry);
        Write(LedgerRules.GiveBack(_state, "run"));
    }

    [Fact]
    public void Whole_ledger_is_reported_with_what_it_adds_up_to()
    {
        var report = Check(_lines);

        Assert.Empty(report.Faults);
        Assert.Equal(("birds", 5, _state.LastHash), (report.Lineage, report.Entries, report.LastHash));
        Assert.Equal((5, _state.Totals(PrivacyUnit.Image).Spent.Identity), (report.State!.Sequence, report.State.Totals(PrivacyUnit.Image).Spent.Identity));
    }

    [Theory]
    [InlineData("1 3 4 5", "Entry 2 is missing: it was removed.")]
    [InlineData("1 4 5", "Entry 2 is missing, and so are all up to entry 3: they were removed.")]
    [InlineData("5", "Entry 1 is missing, and so are all up to entry 4: they were removed.")]
    [InlineData("1 2 2 3 4 5", "Entry 2 stands where entry 3 belongs: entries were put in another order or written twice.")]
    [InlineData(
        "1 3 2 4 5",
        "Entry 2 stands where entry 4 belongs: entries were put in another order or written twice. "
            + "Entry 3 stands where entry 2 belongs: entries were put in another order.")]
    [InlineData("1 2 3 4", "Entry 5 is missing: the end was cut off.")]
    [InlineData("1 2", "Entry 3 is missing, and so are all up to entry 5: the end was cut off.")]
    [InlineData("", "Entry 1 is missing, and so are all up to entry 5: the end was cut off.")]
    public void Entries_that_are_missing_or_misplaced_are_named_in_a_sentence(string places, string expected)
    {
        var numbers = places.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var lines = numbers.Select(place => _lines[int.Parse(place, CultureInfo.InvariantCulture) - 1]).ToList();
        var report = Check(lines);

        Assert.Equal(expected, string.Join(' ', report.Faults));
        Assert.Null(report.State);
        Assert.Equal(lines.Count, report.Entries);
    }

    [Fact]
    public void Line_whose_end_is_missing_was_cut_off()
    {
        var copy = new LedgerCopy("birds", Encoding.UTF8.GetBytes(string.Join('\n', _lines)), Head());
        Assert.Equal(["Entry 5 was cut off: the end of its line is missing."], Sentences(LedgerVerification.Check(copy, _accountant)));

        var half = copy with { Lines = copy.Lines[..^10] };
        Assert.Equal(
            [
                "Entry 5 was edited: it is not the JSON of an entry.",
                "Entry 5 was cut off: the end of its line is missing.",
                "Entry 5 is missing: the end was cut off.",
            ],
            Sentences(LedgerVerification.Check(half, _accountant)));
    }

    [Fact]
    public void Last_entry_is_compared_with_the_record_of_it()
    {
        Assert.Equal(
            ["Entry 5 may not be the last one: the record of the last entry is missing."], Sentences(Check(_lines, head: null)));
        Assert.Equal(
            ["Entry 5 is not the one that was written there: the record of the last entry has another hash."],
            Sentences(Check(_lines, new LedgerHead(5, _entries[3].Hash!))));
        Assert.Equal(
            ["Entry 4 is not the one that was written there: the record of the last entry has another hash."],
            Sentences(Check(_lines, new LedgerHead(4, _entries[4].Hash!))));

        // The record may lag behind, as after a crash: there is none yet, or an earlier one.
        Assert.Empty(Check(_lines[..1], head: null).Faults);
        Assert.Empty(Check([], head: null).Faults);
        Assert.Empty(Check(_lines, new LedgerHead(4, _entries[3].Hash!)).Faults);
    }

    [Fact]
    public void Entry_that_breaks_a_rule_is_named_with_the_rule_and_what_follows_it_is_not()
    {
        var wrong = Forged(3, entry => entry with { Key = "c" });

        Assert.Equal(["Entry 4 spends what its run does not hold in reserve."], Sentences(Check(wrong, new LedgerHead(5, Hash(wrong[4])))));
    }

    [Fact]
    public void Entry_that_is_not_linked_to_the_edited_one_before_it_is_named()
    {
        const string Unlinked = "Entry 3 names another entry 2 than the one in front of it: one of the two was replaced.";
        var edited = Seal(_entries[1] with { Dataset = "finches" });
        Assert.Equal([Unlinked], Sentences(Check([_lines[0], edited, .. _lines[2..]])));

        // Where the rules cannot be followed any more, hashes still are.
        var unruly = Seal(_entries[1] with { Run = null });
        Assert.Equal(["Entry 2 reserves nothing.", Unlinked], Sentences(Check([_lines[0], unruly, .. _lines[2..]])));
    }

    [Theory]
    [InlineData(1, 1, 1, true)]
    [InlineData(1.0099, 1.0099, 1, true)]
    [InlineData(1 - 1e-7, 1 - 1e-7, 1, true)]
    [InlineData(1.0101, 1, 1, false)]
    [InlineData(1, 1.0101, 1, false)]
    [InlineData(1 - 1e-5, 1, 1, false)]
    [InlineData(1, 1 - 1e-5, 1, false)]
    [InlineData(1, 1, 0.5, false)]
    public void Totals_may_be_those_of_a_looser_accountant_and_not_of_another_ledger(double spent, double committed, double delta, bool holds)
    {
        var forged = Forged(2, entry => entry with
        {
            Total = entry.Total with
            {
                SpentEpsilon = entry.Total.SpentEpsilon * spent,
                CommittedEpsilon = entry.Total.CommittedEpsilon * committed,
                Delta = entry.Total.Delta * delta,
            },
        });

        var found = Sentences(Check(forged, new LedgerHead(5, Hash(forged[4]))));

        if (holds)
        {
            Assert.Empty(found);
            return;
        }

        Assert.Matches(
            @"^Entry 3 states totals of ε [0-9.]+ spent and [0-9.]+ committed, but its events come to [0-9.]+ and [0-9.]+\.$", Assert.Single(found));
    }

    [Fact]
    public void Reservation_beyond_the_cap_is_named_and_a_cap_lowered_afterwards_is_none()
    {
        Write(LedgerRules.SetCap(_state, _cap with { Epsilon = _entries[^1].Total.SpentEpsilon / 2 }));
        Assert.Empty(Check(_lines).Faults);

        Write(LedgerRules.Reserve(_state, "birds", "next", ProtectedUnit.Image, [new PlannedMeasurement("a", _noise)]));
        Write(LedgerRules.Spend(_state, "next", "a").Entry);
        Assert.Matches(@"^Entry 7 reserves beyond the cap: ε [0-9.]+ of [0-9.]+\.$", Assert.Single(Sentences(Check(_lines))));
    }

    [Theory]
    [InlineData(1 - 1e-9, true)]
    [InlineData(1 - 1e-4, false)]
    public void Reservation_may_pass_the_cap_by_rounding_only(double share, bool holds)
    {
        var both = PrivacyAccountant.Epsilon([new GaussianEvent { NoiseMultiplier = 4, Count = 3 }], 1e-5).Epsilon;
        Write(LedgerRules.SetCap(_state, _cap with { Epsilon = both * share }));
        Write(LedgerRules.Reserve(_state, "birds", "next", ProtectedUnit.Image, [new PlannedMeasurement("a", _noise)]));

        Assert.Equal(holds, Check(_lines).Faults.Count == 0);
    }

    [Fact]
    public void Hashes_that_a_release_may_quote_are_those_of_joined_ledgers_too()
    {
        var cats = new LedgerState { Lineage = "cats" };
        var opened = LedgerChain.Append(cats, LedgerRules.Open(cats, "cats", _cap)!, DateTimeOffset.UnixEpoch, _accountant);
        Write(LedgerRules.Close(_state, "cats", null));
        var joined = LedgerChain.Append(opened.After, LedgerRules.Join(opened.After, _state, null)!, DateTimeOffset.UnixEpoch.AddYears(100), _accountant);

        Assert.Equal(
            [opened.Entry.Hash!, joined.Entry.Hash!, _entries[2].Hash!, _entries[3].Hash!],
            LedgerVerification.ReadHashes(new LedgerCopy("cats", (byte[])[.. opened.Line.Span, .. joined.Line.Span], null)));
    }

    [Theory]
    [InlineData("", "It has no entries, or was cut off.")]
    [InlineData("a\n{\"head\":{}}", "It has no entries, or was cut off.")]
    [InlineData("{\"head\":{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":1}}\n", "It has no entries, or was cut off.")]
    [InlineData("a\n{\"head\":{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":2}}\n", "Its last line is not the head of a ledger.")]
    [InlineData("a\nnull\n", "Its last line is not the head of a ledger.")]
    public void File_that_is_no_export_is_refused_with_the_reason(string file, string reason) => Assert.Equal(
        $"The file is no whole export of a ledger: it was cut off or edited at its end. {reason}",
        Assert.Throws<InvalidDataException>(() => LedgerVerification.Import(Encoding.UTF8.GetBytes(file))).Message);

    [Fact]
    public void Export_whose_first_line_is_no_entry_has_no_lineage() =>
        Assert.Equal("", LedgerVerification.Import("a\n{\"head\":{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":1}}\n"u8).Lineage);

    private static List<string> Sentences(LedgerReport report) => [.. report.Faults.Select(fault => fault.ToString())];

    private static string Seal(LedgerEntry entry) => Encoding.UTF8.GetString(LedgerLine.Seal(entry).Line).TrimEnd('\n');

    private static string Hash(string line) => LedgerLine.Read(Encoding.UTF8.GetBytes(line), out _)!.Hash!;

    private LedgerHead Head() => new(_state.Sequence, _state.LastHash);

    private LedgerReport Check(IEnumerable<string> lines) => Check(lines, Head());

    private LedgerReport Check(IEnumerable<string> lines, LedgerHead? head) => LedgerVerification.Check(
        new LedgerCopy("birds", Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), head), _accountant);

    private void Write(LedgerEntry? draft)
    {
        var written = LedgerChain.Append(_state, draft!, DateTimeOffset.UnixEpoch.AddYears(60), _accountant);
        _entries.Add(written.Entry);
        _lines.Add(Encoding.UTF8.GetString(written.Line.Span).TrimEnd('\n'));
        _state = written.After;
    }

    /// <summary>The chain with one entry changed and all hashes from it on made to fit.</summary>
    private List<string> Forged(int place, Func<LedgerEntry, LedgerEntry> change)
    {
        var lines = new List<string>();
        foreach (var entry in _entries)
        {
            var changed = lines.Count == place ? change(entry) : entry;
            lines.Add(Seal(changed with { PreviousHash = lines.Count == 0 ? LedgerEntry.NoHash : Hash(lines[^1]) }));
        }

        return lines;
    }
}
