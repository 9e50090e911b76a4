using System.Collections;

namespace DpSynth.Testing.InMemory;

/// <summary>
/// Files by name, in ordinal order, each with a version that is another one once it is written again. An archive may stand there as its bytes, or
/// entry by entry under <c>archive.tar!entry</c>.
/// </summary>
public sealed class InMemoryBlobs : IEnumerable<KeyValuePair<string, byte[]>>
{
    private readonly SortedDictionary<string, byte[]> _contents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _versions = new(StringComparer.Ordinal);
    private int _written;

    /// <summary>The names of files and entries.</summary>
    public IReadOnlyCollection<string> Keys => _contents.Keys;

    /// <summary>What the files and entries hold.</summary>
    public IReadOnlyCollection<byte[]> Values => _contents.Values;

    /// <summary>The names of the files, archives once.</summary>
    internal IEnumerable<string> Files => _contents.Keys.Select(FileOf).Distinct(StringComparer.Ordinal);

    /// <summary>What a file or entry holds; setting it writes it, for the first time or again.</summary>
    public byte[] this[string name]
    {
        get => _contents[name];
        set
        {
            _contents[name] = value;
            _versions[FileOf(name)] = ++_written;
        }
    }

    /// <summary>Takes a file or entry away; an archive without it is another version.</summary>
    public bool Remove(string name)
    {
        _versions[FileOf(name)] = ++_written;
        return _contents.Remove(name);
    }

    public IEnumerator<KeyValuePair<string, byte[]>> GetEnumerator() => _contents.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal byte[]? Find(string name) => _contents.GetValueOrDefault(name);

    internal IEnumerable<KeyValuePair<string, byte[]>> EntriesOf(string archive) =>
        _contents.Where(blob => blob.Key.StartsWith(archive + "!", StringComparison.Ordinal));

    /// <summary>The file's version; null if there is no such file.</summary>
    internal string? VersionOf(string file) => Find(file) is not null || EntriesOf(file).Any() ? $"{_versions[file]}" : null;

    internal long LengthOf(string file) => Find(file)?.Length ?? EntriesOf(file).Sum(static entry => (long)entry.Value.Length);

    private static string FileOf(string name) => name.Split('!')[0];
}
