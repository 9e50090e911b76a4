using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace DpSynth.Synthesis.Models;

/// <summary>Hashes files, each version of a file once: gigabytes are read a single time a process. Thread-safe.</summary>
public sealed class FileHashes
{
    private const int BufferBytes = 1 << 20;

    private readonly ConcurrentDictionary<(string Path, long Bytes, DateTime ChangedAt), string> _known = new();

    /// <summary>The index of a folder: every file in it and below, but for those that are hidden by a leading dot, or lie in such a folder.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public async Task<ModelIndex> IndexAsync(string folder, CancellationToken cancellationToken)
    {
        var files = new ConcurrentBag<ModelFile>();
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Paths(folder), options, async (path, token) => files.Add(await HashAsync(folder, path, token)));
        return ModelIndex.Of(files);
    }

    /// <summary>One file of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="path">The file in it, with <c>/</c>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public async Task<ModelFile> HashAsync(string folder, string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.SequentialScan);

        // Of the opened file, which a link may stand for.
        var version = (Path.GetFullPath(stream.Name), stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        if (!_known.TryGetValue(version, out var hash))
        {
            hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            _known[version] = hash;
        }

        return new ModelFile(path, version.Length, hash);
    }

    /// <summary>Takes over what is known of a folder's files that were hashed under another name, so that they are not read again.</summary>
    /// <param name="folder">The folder as it is named now.</param>
    /// <param name="index">Its index.</param>
    public void Adopt(string folder, ModelIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        foreach (var file in index.Files)
        {
            var path = Path.GetFullPath(Path.Combine(folder, file.Path));
            _known[(path, file.Bytes, File.GetLastWriteTimeUtc(path))] = file.Sha256;
        }
    }

    private static IEnumerable<string> Paths(string folder)
    {
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
        return Directory.EnumerateFiles(folder, "*", all)
            .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => path.Split('/').All(part => part[0] != '.'));
    }
}
