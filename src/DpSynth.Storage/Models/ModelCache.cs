using System.Collections.Concurrent;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Telemetry;
using Microsoft.Win32.SafeHandles;

namespace DpSynth.Storage.Models;

/// <summary>
/// Models fetched from the container <c>models</c>, each in a folder named by its fingerprint. A folder gets that name when every file's hash has
/// been verified; processes may share the directory. Thread-safe.
/// </summary>
/// <param name="directory">The directory; made when it is first needed.</param>
/// <param name="container">Where models come from.</param>
/// <param name="hashes">Hashes files.</param>
/// <param name="instruments">Counts what is fetched.</param>
public sealed class ModelCache(string directory, ModelContainer container, FileHashes hashes, ModelInstruments? instruments = null)
{
    private const int PartBytes = 8 << 20;
    private const int ParallelParts = 8;

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _fetching = new(StringComparer.Ordinal);

    /// <summary>The folder of a model that is here already; null if it is not, or no longer what it was.</summary>
    public async Task<string?> FindAsync(string fingerprint, CancellationToken cancellationToken)
    {
        if (!ModelHash.IsValid(fingerprint) || FolderOf(fingerprint) is var folder && !Directory.Exists(folder))
        {
            return null;
        }

        if ((await hashes.IndexAsync(folder, cancellationToken)).Fingerprint == fingerprint)
        {
            return folder;
        }

        // Moved out of the way first: nobody finds half of it.
        var broken = $"{folder}.{Path.GetRandomFileName()}.broken";
        Directory.Move(folder, broken);
        Directory.Delete(broken, recursive: true);
        return null;
    }

    /// <summary>The folder of a model; fetched if it is not here.</summary>
    /// <param name="name">The model's name in the container.</param>
    /// <param name="index">Its index there.</param>
    /// <param name="cancellationToken">Stops waiting; others may wait for the same model, so that fetching goes on.</param>
    /// <exception cref="InvalidDataException">What was fetched is not what the index says.</exception>
    public async Task<string> GetAsync(string name, ModelIndex index, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(index);
        var fetching = _fetching.GetOrAdd(
            index.Fingerprint, _ => new Lazy<Task<string>>(() => Task.Run(() => FetchAsync(name, index), CancellationToken.None)));
        try
        {
            return await fetching.Value.WaitAsync(cancellationToken);
        }
        finally
        {
            if (fetching.Value.IsCompleted)
            {
                _fetching.TryRemove(KeyValuePair.Create(index.Fingerprint, fetching));
            }
        }
    }

    private string FolderOf(string fingerprint) => Path.Combine(directory, fingerprint);

    private async Task<string> FetchAsync(string name, ModelIndex index)
    {
        if (await FindAsync(index.Fingerprint, CancellationToken.None) is { } there)
        {
            return there;
        }

        using var activity = TelemetrySource.Activities.StartActivity("model download");
        activity?.SetTag("model", name).SetTag("size", index.Bytes);
        Directory.CreateDirectory(directory);
        using var partial = PartialModel.Take(directory, index.Fingerprint);
        var missing = await RemoveUnfinishedAsync(partial.Folder, index);
        await DownloadAsync(name, missing, partial.Folder);
        foreach (var file in missing)
        {
            if (await hashes.HashAsync(partial.Folder, file.Path, CancellationToken.None) != file)
            {
                File.Delete(Path.Combine(partial.Folder, file.Path));
                throw new InvalidDataException(
                    $"The file '{file.Path}' of the model '{name}' in the container '{ExchangeLayout.Models}' is not what its index says; "
                        + "push the model again.");
            }
        }

        var folder = FolderOf(index.Fingerprint);
        if (partial.Complete(folder))
        {
            hashes.Adopt(folder, index);
        }

        return folder;
    }

    /// <summary>Looks through what an earlier download left; gives the files that are still to be fetched.</summary>
    private async Task<IReadOnlyList<ModelFile>> RemoveUnfinishedAsync(string folder, ModelIndex index)
    {
        var there = (await hashes.IndexAsync(folder, CancellationToken.None)).Files;
        foreach (var file in there.Except(index.Files))
        {
            File.Delete(Path.Combine(folder, file.Path));
        }

        return [.. index.Files.Except(there)];
    }

    private async Task DownloadAsync(string name, IReadOnlyList<ModelFile> files, string folder)
    {
        var targets = new Dictionary<ModelFile, SafeFileHandle>();
        try
        {
            foreach (var file in files)
            {
                var path = Path.Combine(folder, file.Path);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);

                // Takes the whole room at once: a disk that is too small says so before anything is fetched.
                targets[file] = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous, file.Bytes);
            }

            var parts = from file in files
                        from part in Enumerable.Range(0, (int)((file.Bytes + PartBytes - 1) / PartBytes))
                        let offset = (long)part * PartBytes
                        select (File: file, Offset: offset, Length: (int)Math.Min(PartBytes, file.Bytes - offset));
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = ParallelParts }, async (part, token) =>
            {
                await container.DownloadAsync(name, part.File.Path, part.Offset, part.Length, targets[part.File], token);
                instruments?.Downloaded(part.Length);
            });
        }
        finally
        {
            foreach (var target in targets.Values)
            {
                target.Dispose();
            }
        }
    }
}
