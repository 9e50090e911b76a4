using System.Text;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Ledgers.Tests;

public sealed class LedgerLineTests
{
    private static readonly string _line = Encoding.UTF8.GetString(
        LedgerLine.Seal(new LedgerEntry { Lineage = "birds", Kind = LedgerEntryKind.Cap, Cap = new LedgerCap(1, 1e-5) }).Line).TrimEnd('\n');

    [Theory]
    [InlineData("{", "it is not the JSON of an entry")]
    [InlineData("[]", "it is not the JSON of an entry")]
    [InlineData("null", "it is not the JSON of an entry")]
    [InlineData("{}", "it says no schema version")]
    [InlineData("""{"schemaVersion":"1"}""", "it is not the JSON of an entry")]
    [InlineData("""{"schemaVersion":1.5}""", "it says no schema version")]
    [InlineData("""{"schemaVersion":1}""", "it is not the JSON of an entry")]
    [InlineData("""{"schemaVersion":0}""", "schema version 0")]
    [InlineData("""{"schemaVersion":1,"lineage":"birds","kind":"cap"}""", "does not match its hash")]
    [InlineData("""{"schemaVersion":1,"lineage":"birds","kind":"cap","kind":"cap"}""", "it is not the JSON of an entry")]
    [InlineData("""{"schemaVersion":1,"lineage":"birds","kind":"cap","note":1}""", "it is not the JSON of an entry")]
    [InlineData("""{"schemaVersion":1,"lineage":"birds","kind":"spend","event":{"mechanism":"gaussian","noiseMultiplier":-1}}""", "it is not the JSON")]
    public void Line_that_is_no_sealed_entry_is_refused_with_its_reason(string line, string reason)
    {
        LedgerLine.Read(Encoding.UTF8.GetBytes(line), out var fault);
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Seal_covers_every_byte_and_stands_at_the_end()
    {
        var entry = LedgerLine.Read(Encoding.UTF8.GetBytes(_line), out var fault);
        Assert.Null(fault);
        foreach (var edited in new[]
        {
            _line.Replace("\"epsilon\":1", "\"epsilon\":2", StringComparison.Ordinal),
            _line.Replace(entry!.Hash!, entry.Hash!.ToUpperInvariant(), StringComparison.Ordinal),
            _line.Replace(entry.Hash!, entry.Hash![1..], StringComparison.Ordinal),
            _line.Replace(entry.Hash!, LedgerEntry.NoHash, StringComparison.Ordinal),
            _line + " ",
            _line.Replace("{\"schemaVersion\":1", $"{{\"hash\":\"{entry.Hash}\",\"schemaVersion\":1", StringComparison.Ordinal)
                .Replace($",\"hash\":\"{entry.Hash}\"}}", "}", StringComparison.Ordinal),
        })
        {
            Assert.NotEqual(_line, edited);
            LedgerLine.Read(Encoding.UTF8.GetBytes(edited), out var found);
            Assert.Equal("was edited: its content does not match its hash", found);
        }
    }

    [Fact]
    public void Counts_beyond_an_int_come_back_as_several_events()
    {
        var most = new GaussianEvent { NoiseMultiplier = 1e9, Count = int.MaxValue };
        var totals = EventTotals.Empty.Add(most).Add(most).Add(most with { Count = 2 });

        Assert.Equal([int.MaxValue], EventTotals.Empty.Add(most).ToEvents().Select(measurement => measurement.Count));
        Assert.Equal([int.MaxValue, int.MaxValue, 2], totals.ToEvents().Select(measurement => measurement.Count));
        Assert.Equal([int.MaxValue, 2], totals.Remove(most).ToEvents().Select(measurement => measurement.Count));
        Assert.True(totals.Remove(most).Remove(most).Remove(most with { Count = 2 }).IsEmpty);
        Assert.Throws<InvalidOperationException>(() => totals.Remove(most).Remove(most).Remove(most));
        Assert.Throws<InvalidOperationException>(() => totals.Remove([most, most, most]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("{\"head\":{}}\n")]
    [InlineData("a\n{\"head\":{}}")]
    [InlineData("a\n{\"head\":{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":2}}\n")]
    [InlineData("a\n{\"head\":{\"sequence\":1, \"hash\":\"00\",\"schemaVersion\":1}}\n")]
    [InlineData("a\nnull\n")]
    public void File_that_is_no_whole_export_is_refused(string file)
    {
        var fault = Assert.Throws<InvalidDataException>(() => LedgerVerification.Import(Encoding.UTF8.GetBytes(file)));
        Assert.StartsWith("The file is no whole export of a ledger", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_is_the_lines_and_the_head_and_comes_back()
    {
        var copy = new LedgerCopy("birds", Encoding.UTF8.GetBytes(_line + "\n"), new LedgerHead(1, "00"));
        var file = LedgerVerification.Export(copy);
        Assert.Equal($"{_line}\n{{\"head\":{{\"sequence\":1,\"hash\":\"00\",\"schemaVersion\":1}}}}\n", Encoding.UTF8.GetString(file));
        var read = LedgerVerification.Import(file);
        Assert.Equal(("birds", copy.Head), (read.Lineage, read.Head));
        Assert.True(copy.Lines.Span.SequenceEqual(read.Lines.Span));
        Assert.Equal(copy.Lines.ToArray(), LedgerVerification.Export(copy with { Head = null }));
    }

    [Fact]
    public void Hashes_are_those_of_whole_lines_only()
    {
        var hash = LedgerLine.Read(Encoding.UTF8.GetBytes(_line), out _)!.Hash!;
        var edited = _line.Replace("\"epsilon\":1", "\"epsilon\":2", StringComparison.Ordinal);
        Assert.Equal([hash], LedgerVerification.ReadHashes(new LedgerCopy("birds", Encoding.UTF8.GetBytes($"{_line}\n{edited}\n"), null)));
        Assert.Empty(LedgerVerification.ReadHashes(new LedgerCopy("birds", Encoding.UTF8.GetBytes($"{edited}\n"), null)));
    }
}
