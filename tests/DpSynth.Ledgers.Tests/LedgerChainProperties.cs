using System.Text;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerChainProperties
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly LedgerAccountant _accountant = new();

    [Fact]
    public async Task No_byte_of_an_export_can_be_changed_removed_or_added_unnoticed()
    {
        var file = LedgerVerification.Export(await MakeAsync());
        Assert.Empty(Check(file).Faults);
        var edit =
            from place in Gen.Choose(0, file.Length - 1)
            from value in Gen.Choose(0, 255)
            from kind in Gen.Choose(0, 2)
            select (place, (byte)value, kind);
        Prop.ForAll(edit.ToArbitrary(), change =>
        {
            var (place, value, kind) = change;
            byte[] edited = kind switch
            {
                0 => [.. file[..place], value, .. file[(place + 1)..]],
                1 => [.. file[..place], .. file[(place + 1)..]],
                _ => [.. file[..place], value, .. file[place..]],
            };
            return edited.AsSpan().SequenceEqual(file) || IsNoticed(edited);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1500));
    }

    [Fact]
    public async Task Export_cut_off_anywhere_is_noticed()
    {
        var file = LedgerVerification.Export(await MakeAsync());
        Prop.ForAll(Gen.Choose(0, file.Length - 1).ToArbitrary(), length => IsNoticed(file[..length]))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public async Task Removed_entry_is_named()
    {
        var copy = await MakeAsync();
        var lines = Lines(copy);
        for (var removed = 1; removed <= lines.Count; removed++)
        {
            var report = Check(copy, lines.Where((_, i) => i != removed - 1));
            Assert.Equal(removed, report.Faults[0].Sequence);
            Assert.Contains("is missing", report.Faults[0].What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Entries_missing_at_the_end_are_named()
    {
        var copy = await MakeAsync();
        var lines = Lines(copy);
        for (var kept = 0; kept < lines.Count; kept++)
        {
            var fault = Assert.Single(Check(copy, lines.Take(kept)).Faults);
            Assert.Equal(kept + 1, fault.Sequence);
            Assert.Contains("the end was cut off", fault.What, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Entries_in_another_order_or_twice_are_named()
    {
        var copy = await MakeAsync();
        var lines = Lines(copy);
        for (var i = 0; i < lines.Count - 1; i++)
        {
            List<string> swapped = [.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]];
            Assert.Equal([i + 1L, i + 2], Check(copy, swapped).Faults.Select(fault => fault.Sequence));
            List<string> doubled = [.. lines[..i], lines[i], .. lines[i..]];
            Assert.Equal(i + 1, Assert.Single(Check(copy, doubled).Faults).Sequence);
        }
    }

    [Fact]
    public async Task Edited_entry_is_named_even_where_its_hash_was_made_to_fit()
    {
        var copy = await MakeAsync();
        var lines = Lines(copy);
        var place = lines.FindIndex(line => line.Contains("\"kind\":\"spend\"", StringComparison.Ordinal));
        var edited = lines[place].Replace("class-counts", "class-count5", StringComparison.Ordinal);
        Assert.Equal(place + 1, Assert.Single(Check(copy, lines.Select((line, i) => i == place ? edited : line)).Faults).Sequence);

        var entry = LedgerLine.Read(Encoding.UTF8.GetBytes(lines[place]), out _)!;
        var sealedAgain = Seal(entry with { Time = entry.Time.AddTicks(1) });
        var fault = Assert.Single(Check(copy, lines.Select((line, i) => i == place ? sealedAgain : line)).Faults);
        Assert.Equal(place + 2, fault.Sequence);
        Assert.Contains($"another entry {place + 1}", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entry_forged_to_the_last_place_there_is_leaves_every_fault_at_a_place_there_is()
    {
        // The place behind it wrapped around, and the check named entry −9223372036854775808 as missing.
        var copy = await MakeAsync();
        var lines = Lines(copy);
        var last = Seal(LedgerLine.Read(Encoding.UTF8.GetBytes(lines[1]), out _)! with { Sequence = long.MaxValue });

        var faults = Check(copy, [lines[0], last, .. lines[2..]]).Faults;

        Assert.Equal(2, faults[0].Sequence);
        Assert.All(faults, fault => Assert.InRange(fault.Sequence, 1, long.MaxValue));
    }

    [Fact]
    public async Task Chain_forged_from_an_entry_on_is_caught_by_its_totals_or_its_head()
    {
        var copy = await MakeAsync();
        var entries = Lines(copy).Select(line => LedgerLine.Read(Encoding.UTF8.GetBytes(line), out _)!).ToList();
        var place = entries.FindIndex(entry => entry.Kind == LedgerEntryKind.Spend);
        var forged = Forge(entries, place, entry => entry with { Total = entry.Total with { SpentEpsilon = entry.Total.SpentEpsilon / 2 } });

        Assert.Equal(
            entries.Count, Assert.Single(Check(copy, forged).Faults, fault => fault.What.Contains("record of the last", StringComparison.Ordinal)).Sequence);
        var head = new LedgerHead(entries.Count, LedgerLine.Read(Encoding.UTF8.GetBytes(forged[^1]), out _)!.Hash!);
        var fault = Assert.Single(Check(copy with { Head = head }, forged).Faults);
        Assert.Equal(place + 1, fault.Sequence);
        Assert.Contains("states totals", fault.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_of_another_version_is_not_read()
    {
        Assert.Null(LedgerLine.Read("""{"schemaVersion":2,"hash":""}"""u8, out var fault));
        Assert.Contains("schema version 2", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_event_comes_back_from_its_line_as_it_was()
    {
        PrivacyEvent[] events =
        [
            new GaussianEvent { NoiseMultiplier = 1 / 3.0, Count = 7 },
            new DiscreteGaussianEvent { SigmaSquared = Rational.FromDouble(0.1), Sensitivity = 3, Contribution = ContributionShape.Vector },
            new SubsampledGaussianEvent { NoiseMultiplier = 1.1, SamplingRate = 0.01, Count = 1000 },
            new LaplaceEvent { NoiseMultiplier = 2.5 },
            new ExplicitEvent { Probabilities = [0.25, 0.75], NeighbourProbabilities = [0.5, 0.5] },
        ];
        var entry = new LedgerEntry
        {
            Lineage = "birds",
            Kind = LedgerEntryKind.Reserve,
            Run = "run",
            Measurements = [.. events.Select((measurement, i) => new PlannedMeasurement($"{i}", measurement))],
            Total = new LedgerTotal(0.1, double.PositiveInfinity, 1e-5, AccountantKind.Pld),
        };
        var (written, line) = LedgerLine.Seal(entry);
        var read = LedgerLine.Read(line.AsSpan(..^1), out var fault)!;
        Assert.Null(fault);
        Assert.Equal(events, read.Measurements!.Select(measurement => measurement.Event));
        Assert.Equal((written.Hash, written.Total), (read.Hash, read.Total));
    }

    [Fact]
    public void Totals_do_not_depend_on_the_order_of_events()
    {
        var events = Gen.Elements(0.5, 1, 7 / 3.0, 40, 1e3).SelectMany(sigma => Gen.Choose(1, 3).Select(PrivacyEvent (count) =>
            count == 3
                ? new GaussianEvent { NoiseMultiplier = sigma }
                : new DiscreteGaussianEvent { SigmaSquared = Rational.FromDouble(sigma), Count = count }));
        Prop.ForAll(events.ListOf().SelectMany(list => Gen.Shuffle(list.ToArray()).Select(shuffled => (list, shuffled))).ToArbitrary(), orders =>
        {
            var (one, other) = (EventTotals.Empty.Add(orders.list), EventTotals.Empty.Add(orders.shuffled));
            return one.Identity == other.Identity && one.ToEvents().SequenceEqual(other.ToEvents()) && one.Remove(orders.shuffled).IsEmpty;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Whatever_is_asked_in_whatever_order_stays_within_the_cap_and_on_a_whole_chain()
    {
        var act =
            from kind in Gen.Choose(0, 5)
            from run in Gen.Choose(0, 3)
            from key in Gen.Choose(0, 3)
            from sigma in Gen.Elements(0.7, 1, 2, 5)
            select (kind, $"run-{run}", $"iteration-00{key}", sigma);
        Prop.ForAll(act.ListOf().ToArbitrary(), acts => IsSoundAsync(acts).GetAwaiter().GetResult()).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    private static async Task<LedgerCopy> MakeAsync()
    {
        using var ledger = new PrivacyLedger(new InMemoryLedgerStorage(), new SettableClock());
        await ledger.SetCapAsync("birds", 9, 1e-6, None);
        PlannedMeasurement[] measurements =
        [
            new("class-counts", new DiscreteGaussianEvent { SigmaSquared = new Rational(900, 1) }),
            new("iteration-001", new DiscreteGaussianEvent { SigmaSquared = new Rational(1000, 3) }),
            new("iteration-002", new DiscreteGaussianEvent { SigmaSquared = new Rational(1000, 3) }),
        ];
        await ledger.ReserveAsync("birds", "one", measurements, None);
        await ledger.SpendAsync("birds", "one", "class-counts", None);
        await ledger.SpendAsync("birds", "one", "iteration-001", None);
        await ledger.CloseAsync("birds", "one", None);
        await ledger.ReserveAsync("birds", "two", measurements[1..], None);
        await ledger.SpendAsync("birds", "two", "iteration-002", None);
        return await ledger.ReadChainAsync("birds", None);
    }

    private static List<string> Lines(LedgerCopy copy) =>
        [.. Encoding.UTF8.GetString(copy.Lines.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static string Seal(LedgerEntry entry) => Encoding.UTF8.GetString(LedgerLine.Seal(entry).Line).TrimEnd('\n');

    private static List<string> Forge(IEnumerable<LedgerEntry> entries, int place, Func<LedgerEntry, LedgerEntry> change)
    {
        var forged = new List<string>();
        var before = LedgerEntry.NoHash;
        foreach (var entry in entries)
        {
            var (written, line) = LedgerLine.Seal((forged.Count == place ? change(entry) : entry) with { PreviousHash = before });
            forged.Add(Encoding.UTF8.GetString(line).TrimEnd('\n'));
            before = written.Hash!;
        }

        return forged;
    }

    private async Task<bool> IsSoundAsync(IEnumerable<(int Kind, string Run, string Key, double Sigma)> acts)
    {
        using var ledger = new PrivacyLedger(new InMemoryLedgerStorage(), new SettableClock());
        await ledger.ApproveAsync("birds", epsilon: 4);
        var spent = new HashSet<(string, string)>();
        foreach (var (kind, run, key, sigma) in acts)
        {
            try
            {
                switch (kind)
                {
                    case 0:
                        await ledger.CloseAsync("birds", run, None);
                        break;
                    case 1 or 2:
                        await ledger.SpendAsync("birds", run, key, None);
                        spent.Add((run, key));
                        break;
                    default:
                        await ledger.ReserveAsync("birds", run, [new PlannedMeasurement(key, new GaussianEvent { NoiseMultiplier = sigma })], None);
                        break;
                }
            }
            catch (InvalidOperationException)
            {
                // A refusal of the rules; that it changes nothing shows below.
            }
        }

        var budget = await ledger.ReadAsync("birds", None);
        var onLedger = budget.Runs.SelectMany(run => run.Measurements.Where(made => made.SpentAt is not null).Select(made => (run.RunId, made.Key)));
        return budget.CommittedEpsilon <= 4 * (1 + 1e-12)
            && budget.SpentEpsilon <= budget.CommittedEpsilon
            && spent.SetEquals(onLedger)
            && (budget.Runs.Count == 0 || LedgerVerification.Check(await ledger.ReadChainAsync("birds", None), _accountant).Faults.Count == 0);
    }

    private bool IsNoticed(byte[] file)
    {
        try
        {
            return Check(file).Faults.Count > 0;
        }
        catch (InvalidDataException)
        {
            return true;
        }
    }

    private LedgerReport Check(byte[] file) => LedgerVerification.Check(LedgerVerification.Import(file), _accountant);

    private LedgerReport Check(LedgerCopy copy, IEnumerable<string> lines) => LedgerVerification.Check(
        copy with { Lines = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))) }, _accountant);
}
