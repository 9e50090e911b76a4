using System.Formats.Tar;
using System.Runtime.CompilerServices;

namespace DpSynth.Storage.Formats;

/// <summary>One file of an archive.</summary>
/// <param name="Name">Its path in the archive, parts separated by <c>/</c>; never absolute, never with <c>..</c>.</param>
/// <param name="Content">Its bytes.</param>
public sealed record TarFileEntry(string Name, ReadOnlyMemory<byte> Content);

/// <summary>
/// Reads the regular files of a <c>.tar</c> archive (v7, ustar, pax and GNU) in their order. Folders and metadata are passed over;
/// links, devices and names that point out of the archive are refused.
/// </summary>
public static class TarArchive
{
    /// <summary>Reads an archive entry by entry.</summary>
    /// <param name="stream">The archive; need not be seekable.</param>
    /// <param name="limits">What is accepted.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="InvalidDataException">The archive is broken or goes beyond a limit; the message says which entry, by number.</exception>
    public static async IAsyncEnumerable<TarFileEntry> ReadAsync(
        Stream stream, TarLimits limits, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var reader = new TarReader(stream, leaveOpen: true);
        for (var number = 0; await NextAsync(reader, number, cancellationToken) is { } entry; number++)
        {
            if (number >= limits.Entries)
            {
                throw new InvalidDataException($"The archive has more than {limits.Entries} entries.");
            }

            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    Check(entry, number, limits);
                    yield return new TarFileEntry(entry.Name, await ReadContentAsync(entry, number, cancellationToken));
                    break;
                case TarEntryType.Directory or TarEntryType.DirectoryList or TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw new InvalidDataException($"Entry {number} of the archive is a {entry.EntryType}; only files and folders are accepted.");
            }
        }
    }

    private static async ValueTask<TarEntry?> NextAsync(TarReader reader, int number, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception exception) when (IsOfTheFormat(exception))
        {
            throw new InvalidDataException($"Entry {number} of the archive has a broken header, or the archive is cut off there.", exception);
        }
    }

    private static async ValueTask<byte[]> ReadContentAsync(TarEntry entry, int number, CancellationToken cancellationToken)
    {
        if (entry.DataStream is not { } data)
        {
            return [];
        }

        var content = GC.AllocateUninitializedArray<byte>((int)entry.Length);
        try
        {
            await data.ReadExactlyAsync(content, cancellationToken);
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException($"The archive is cut off in entry {number}.", exception);
        }

        return content;
    }

    private static void Check(TarEntry entry, int number, TarLimits limits)
    {
        if (entry.Length < 0 || entry.Length > limits.EntryLength)
        {
            throw new InvalidDataException($"Entry {number} of the archive is larger than {limits.EntryLength} bytes.");
        }

        var name = entry.Name;
        if (name.Length == 0 || name.Length > limits.NameLength
            || name[0] == '/' || name.Contains('\\') || name.Contains('\0')
            || name.Split('/').Contains(".."))
        {
            throw new InvalidDataException($"The name of entry {number} of the archive is empty, too long, or points out of the archive.");
        }
    }

    // What System.Formats.Tar throws on malformed input, observed on random bytes and truncations; network failures stay IOException.
    private static bool IsOfTheFormat(Exception exception) =>
        exception is InvalidDataException or EndOfStreamException or FormatException or OverflowException
            or ArgumentException or NotSupportedException or InvalidOperationException or IndexOutOfRangeException;
}
