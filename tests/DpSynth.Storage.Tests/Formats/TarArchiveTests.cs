using System.Formats.Tar;
using System.Text;
using DpSynth.Storage.Formats;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Storage.Tests.Formats;

public sealed class TarArchiveTests
{
    [Fact]
    public void Shards_come_back_in_order() => Prop.ForAll<byte[][]>(contents =>
    {
        var pngs = contents.Where(content => content is not null).ToArray();
        var entries = ReadAll(WriteShard(pngs));
        return entries.Count == 2 * pngs.Length
            && pngs.Select((png, i) =>
                entries[2 * i].Name == $"{i:D6}.png" && entries[2 * i].Content.Span.SequenceEqual(png)
                && entries[(2 * i) + 1].Name == $"{i:D6}.cls" && entries[(2 * i) + 1].Content.Span.SequenceEqual("7"u8)).All(same => same);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Shard_is_the_same_bytes_whenever_it_is_written()
    {
        byte[][] pngs = [[1, 2, 3], new byte[600]];
        var shard = WriteShard(pngs);
        Assert.Equal(shard, WriteShard(pngs));

        var header = Encoding.ASCII.GetString(shard, 0, 512);
        Assert.Equal("0000644", header[100..107]);
        Assert.Equal("0000000", header[108..115]);
        Assert.Equal("0000000", header[116..123]);
        Assert.Equal("00000000000", header[136..147]);
        Assert.Equal("ustar", header[257..262]);
    }

    [Theory]
    [InlineData(TarEntryFormat.V7)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void All_formats_are_read(TarEntryFormat format)
    {
        var name = format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? $"folder/{new string('n', 200)}.png" : "folder/n.png";
        var archive = Write(format, (TarEntryType.Directory, "folder/", []), (FileType(format), name, [1, 2, 3]));
        var entry = Assert.Single(ReadAll(archive));
        Assert.Equal(name, entry.Name);
        Assert.Equal([1, 2, 3], entry.Content.ToArray());
    }

    [Theory]
    [InlineData("../up.png")]
    [InlineData("a/../../up.png")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\..\\b.png")]
    public void Name_that_points_out_of_the_archive_is_refused(string name)
    {
        var refusal = Assert.Throws<InvalidDataException>(
            () => ReadAll(Write(TarEntryFormat.Pax, (TarEntryType.RegularFile, name, [1]))));
        Assert.Contains("entry 0", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_are_refused()
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link.png") { LinkName = "/etc/passwd" });
        }

        Assert.Throws<InvalidDataException>(() => ReadAll(archive.ToArray()));
    }

    [Fact]
    public void Entry_beyond_the_limit_is_refused_before_it_is_read()
    {
        var archive = Write(TarEntryFormat.Ustar, (TarEntryType.RegularFile, "big.png", new byte[1000]));
        var refusal = Assert.Throws<InvalidDataException>(() => ReadAll(archive, new TarLimits { EntryLength = 999 }));
        Assert.Contains("larger than 999", refusal.Message, StringComparison.Ordinal);
        Assert.Single(ReadAll(archive, new TarLimits { EntryLength = 1000 }));

        // An archive that only claims to hold eight gigabytes.
        "77777777777\0"u8.CopyTo(archive.AsSpan(124));
        SetChecksum(archive);
        Assert.Throws<InvalidDataException>(() => ReadAll(archive));
    }

    [Fact]
    public void More_entries_than_the_limit_are_refused()
    {
        var archive = WriteShard([[1], [2]]);
        Assert.Throws<InvalidDataException>(() => ReadAll(archive, new TarLimits { Entries = 3 }));
        Assert.Equal(4, ReadAll(archive, new TarLimits { Entries = 4 }).Count);
    }

    [Fact]
    public void Every_cut_inside_an_entry_is_refused()
    {
        var archive = WriteShard([[.. Enumerable.Range(0, 700).Select(i => (byte)i)]]);
        for (var length = 1; length < 512 + 700; length++)
        {
            Assert.Throws<InvalidDataException>(() => ReadAll(archive[..length]));
        }
    }

    [Fact]
    public void Garbage_is_refused_and_nothing_else_happens()
    {
        var archive = Write(
            TarEntryFormat.Pax, (TarEntryType.RegularFile, new string('x', 150), [1, 2, 3]), (TarEntryType.RegularFile, "y", new byte[900]));
        var damage = Gen.Zip(Gen.Choose(0, archive.Length - 1), Gen.Choose(0, 255)).ListOf(4);
        Prop.ForAll(Arb.From(damage), changes =>
        {
            var damaged = archive.ToArray();
            foreach (var (position, value) in changes)
            {
                damaged[position] = (byte)value;
            }

            SetChecksum(damaged);
            return ReadsOrRefuses(damaged);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
        Prop.ForAll<byte[]>(ReadsOrRefuses).QuickCheckThrowOnFailure();
    }

    private static bool ReadsOrRefuses(byte[] archive)
    {
        try
        {
            ReadAll(archive);
        }
        catch (InvalidDataException)
        {
        }

        return true;
    }

    private static TarEntryType FileType(TarEntryFormat format) =>
        format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile;

    private static byte[] WriteShard(byte[][] pngs)
    {
        using var archive = new MemoryStream();
        using (var writer = new WebDatasetWriter(archive))
        {
            foreach (var png in pngs)
            {
                writer.Add(png, 7);
            }
        }

        return archive.ToArray();
    }

    private static byte[] Write(TarEntryFormat format, params (TarEntryType Type, string Name, byte[] Content)[] entries)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, format, leaveOpen: true))
        {
            foreach (var (type, name, content) in entries)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.V7 => new V7TarEntry(type, name),
                    TarEntryFormat.Ustar => new UstarTarEntry(type, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(type, name),
                    _ => new PaxTarEntry(type, name),
                };
                if (content.Length > 0)
                {
                    entry.DataStream = new MemoryStream(content);
                }

                writer.WriteEntry(entry);
            }
        }

        return archive.ToArray();
    }

    /// <summary>Makes the first header's checksum right again, so that damage behind it is looked at.</summary>
    private static void SetChecksum(byte[] archive)
    {
        archive.AsSpan(148, 8).Fill((byte)' ');
        var sum = archive.AsSpan(0, 512).ToArray().Sum(value => value);
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(archive.AsSpan(148));
    }

    private static List<TarFileEntry> ReadAll(byte[] archive, TarLimits? limits = null) =>
        TarArchive.ReadAsync(new MemoryStream(archive), limits ?? new TarLimits(), CancellationToken.None).ToBlockingEnumerable().ToList();
}
