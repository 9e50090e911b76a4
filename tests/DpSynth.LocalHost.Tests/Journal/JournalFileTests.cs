using DpSynth.LocalHost.Journal;

namespace DpSynth.LocalHost.Tests.Journal;

public sealed class JournalFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string Path => _folder["00000001.journal"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_come_back_in_order_with_their_bytes()
    {
        var (first, second) = (Written.Entry(Written.Write(WriteKind.Append, position: 7)), Written.Entry(Written.Write(WriteKind.Put, ifMatch: "\"1\"")));
        File.WriteAllBytes(Path, [.. JournalFile.Encode(first, "one"u8), .. JournalFile.Encode(second, ""u8)]);

        var entries = JournalFile.Read(Path, out var isWhole);

        Assert.True(isWhole);
        Assert.Equal([first.Write, second.Write], entries.Select(entry => entry.Write));
        Assert.Equal("one"u8, entries[0].Bytes.Read());
        Assert.Empty(entries[1].Bytes.Read());
    }

    [Fact]
    public void Torn_end_is_recognised_wherever_it_was_torn()
    {
        var whole = JournalFile.Encode(Written.Entry(Written.Write(WriteKind.Put)), "first"u8);
        var last = JournalFile.Encode(Written.Entry(Written.Write(WriteKind.Put)), "second"u8);
        for (var length = 0; length < last.Length; length++)
        {
            File.WriteAllBytes(Path, [.. whole, .. last[..length]]);
            Assert.Single(JournalFile.Read(Path, out var isWhole));
            Assert.True(isWhole, $"{length} bytes of the last entry are torn, not damaged.");
        }
    }

    [Fact]
    public void End_of_zeros_that_a_power_cut_leaves_is_torn()
    {
        File.WriteAllBytes(Path, [.. JournalFile.Encode(Written.Entry(Written.Write(WriteKind.Put)), "first"u8), .. new byte[4096]]);
        Assert.Single(JournalFile.Read(Path, out var isWhole));
        Assert.True(isWhole);
    }

    [Fact]
    public void Every_changed_byte_in_front_of_another_entry_is_damage()
    {
        var first = JournalFile.Encode(Written.Entry(Written.Write(WriteKind.Put)), "first"u8);
        byte[] both = [.. first, .. JournalFile.Encode(Written.Entry(Written.Write(WriteKind.Put)), "second"u8)];
        for (var place = 0; place < first.Length; place++)
        {
            var changed = both.ToArray();
            changed[place] ^= 1;
            File.WriteAllBytes(Path, changed);
            Assert.Empty(JournalFile.Read(Path, out var isWhole));
            Assert.False(isWhole, $"Byte {place} was changed.");
        }
    }
}
