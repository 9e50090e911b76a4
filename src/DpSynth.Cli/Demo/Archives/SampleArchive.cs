using DpSynth.Cli.Datasets.Sources;
using DpSynth.Storage.Formats;

namespace DpSynth.Cli.Demo.Archives;

/// <summary>Reads a sample that ships as one archive of folders, in place of a repository full of small files.</summary>
internal static class SampleArchive
{
    /// <summary>Reads some of its folders as classes, in the order asked for. Images come by name, as an upload of the unpacked folder has them.</summary>
    /// <exception cref="CommandException">There is no archive.</exception>
    /// <exception cref="InvalidDataException">The archive is broken, or holds nothing of a folder.</exception>
    public static async Task<IReadOnlyList<SourceClass>> ReadAsync(string path, IReadOnlyList<string> folders, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file '{path}': it belongs to the repository, so restore it from there.");
        }

        var images = folders.ToDictionary(folder => folder, _ => new List<SourceImage>(), StringComparer.Ordinal);
        await using var archive = File.OpenRead(path);
        await foreach (var (name, content) in TarArchive.ReadAsync(archive, new TarLimits(), cancellationToken))
        {
            if (name.Split('/', 2) is [var folder, var image] && images.TryGetValue(folder, out var found))
            {
                found.Add(new SourceImage(image, content.Length, _ => Task.FromResult(content.ToArray())));
            }
        }

        return
        [
            .. folders.Select(folder => images[folder].Count > 0
                ? new SourceClass(folder, [.. images[folder].OrderBy(image => image.Name, StringComparer.Ordinal)])
                : throw new InvalidDataException($"The archive '{path}' holds nothing of '{folder}': restore it from the repository.")),
        ];
    }
}
