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
        SetChecksum(archive.AsSpan(0, 512));
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

    /// <summary>
    /// A valid archive with up to four bytes changed, the checksums of its headers made right again so that what is behind them is looked at.
    /// </summary>
    [Fact]
    public void Changed_archive_is_read_within_its_limits_or_refused_with_the_entrys_number()
    {
        var limits = new TarLimits { EntryLength = 2000, Entries = 4 };
        var archive = Write(
            TarEntryFormat.Pax, (TarEntryType.RegularFile, new string('x', 150), [1, 2, 3]),
                (TarEntryType.RegularFile, ".x/y", [.. Enumerable.Repeat((byte)7, 900)]));
        int[] nearlyOut = [.. Enumerable.Range(0, archive.Length - 4)
            .Where(start => archive.AsSpan(start).StartsWith(".x/y"u8)).Select(static start => start + 1)];
        int[] headers = [.. Enumerable.Range(0, archive.Length / 512).Select(static block => block * 512)
            .Where(start => archive.AsSpan(start + 257).StartsWith("ustar"u8))];
        Assert.Equal(4, headers.Length);

        // Names, sizes and kinds decide; most changes fall on one of them or on what the attributes say.
        var place = Gen.OneOf(
            Gen.Zip(Gen.Elements(headers), Gen.OneOf(Gen.Choose(0, 9), Gen.Choose(124, 135), Gen.Constant(156), Gen.Choose(0, 511)))
                .Select(static at => at.Item1 + at.Item2),
            Gen.Elements(nearlyOut),
            Gen.Choose(512, 1023),
            Gen.Choose(0, archive.Length - 1));
        var value = Gen.OneOf(
            Gen.Elements((byte)'0', (byte)'1', (byte)'2', (byte)'5', (byte)'7', (byte)'.', (byte)'/', (byte)'\\', (byte)' ', (byte)0, (byte)255),
            Gen.Choose(0, 255).Select(static one => (byte)one));
        int read = 0, refused = 0, insideEntries = 0;
        Prop.ForAll(Gen.Zip(Gen.Zip(place, value).ArrayOf(4), Gen.Choose(0, 4)).ToArbitrary(), (((int, byte)[] Changes, int Count) drawn) =>
        {
            var changed = archive.ToArray();
            foreach (var (at, one) in drawn.Changes.Take(drawn.Count))
            {
                changed[at] = one;
            }

            Array.ForEach(headers, start => SetChecksum(changed.AsSpan(start, 512)));
            try
            {
                var entries = ReadAll(changed, limits);
                Assert.True(entries.Count <= limits.Entries);
                Assert.All(entries, entry =>
                {
                    Assert.True(entry.Content.Length <= limits.EntryLength);
                    Assert.True(entry.Name.Length > 0 && entry.Name[0] != '/' && !entry.Name.Split('/').Contains("..")
                        && !entry.Name.Contains('\\', StringComparison.Ordinal), entry.Name);
                });
                if (drawn.Count == 0)
                {
                    Assert.Equal([3, 900], entries.Select(entry => entry.Content.Length));
                }

                read++;
            }
            catch (InvalidDataException refusal)
            {
                Assert.Matches("([Ee]ntry [0-9]+ of the archive|in entry [0-9]+|more than 4 entries).*[.]$", refusal.Message);
                refused++;
                insideEntries += refusal.Message.Contains("broken header", StringComparison.Ordinal) ? 0 : 1;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

        Assert.True(read > 1000 && refused > 300 && insideEntries > 100,
            $"{read} archives were read, {refused} refused, {insideEntries} of them for what an entry is.");
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

    /// <summary>Makes a header's checksum right again, so that damage behind it is looked at.</summary>
    private static void SetChecksum(Span<byte> header)
    {
        header.Slice(148, 8).Fill((byte)' ');
        var sum = header.ToArray().Sum(static value => value);
        Encoding.ASCII.GetBytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
    }

    private static List<TarFileEntry> ReadAll(byte[] archive, TarLimits? limits = null) =>
        TarArchive.ReadAsync(new MemoryStream(archive), limits ?? new TarLimits(), CancellationToken.None).ToBlockingEnumerable().ToList();
}
