using System.Formats.Tar;

namespace DpSynth.Testing.Contracts;

/// <summary>Archives as bytes.</summary>
internal static class TarBytes
{
    public static byte[] Of(params IReadOnlyList<(string Name, byte[] Content)> files)
    {
        using var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return archive.ToArray();
    }

    public static async Task<List<(string Name, byte[] Content)>> ReadAsync(Stream archive)
    {
        var files = new List<(string Name, byte[] Content)>();
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            if (entry.DataStream is { } data)
            {
                await data.CopyToAsync(content);
            }

            files.Add((entry.Name, content.ToArray()));
        }

        return files;
    }
}
