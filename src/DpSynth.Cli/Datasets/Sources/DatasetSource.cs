namespace DpSynth.Cli.Datasets.Sources;

/// <summary>Finds out what a path is that someone wants to upload.</summary>
public static class DatasetSource
{
    private const int NamedClasses = 10;

    /// <summary>Opens a folder of images, or a pair of IDX files.</summary>
    /// <param name="path">The folder, or the IDX file of images.</param>
    /// <param name="labels">The IDX file of labels; null for the one beside the images.</param>
    /// <exception cref="CommandException">There is nothing at the path, or it cannot be a dataset.</exception>
    public static IReadOnlyList<SourceClass> Open(string path, string? labels)
    {
        if (Directory.Exists(path))
        {
            return labels is null
                ? ImageFolder.Read(path)
                : throw new CommandException(ExitCode.Usage, "--labels belongs to an IDX file of images; a folder has its class folders.");
        }

        return File.Exists(path)
            ? IdxImages.Read(path, labels ?? IdxImages.LabelsPathFor(path)).ToClasses()
            : throw new CommandException(ExitCode.NotFound, $"There is neither a folder nor a file at '{path}'.");
    }

    /// <summary>Opens some classes of a dataset.</summary>
    /// <param name="path">As above.</param>
    /// <param name="labels">As above.</param>
    /// <param name="only">The classes wanted; none for all.</param>
    /// <exception cref="CommandException">As above, or a class wanted is not there.</exception>
    public static IReadOnlyList<SourceClass> Open(string path, string? labels, IReadOnlyCollection<string> only)
    {
        var classes = Open(path, labels);
        var missing = only.Except(classes.Select(source => source.Name), StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            throw new CommandException(
                ExitCode.NotFound,
                $"There is no class '{missing[0]}' in '{path}'; it has "
                    + $"{(classes[0].Name is null ? "none" : string.Join(", ", classes.Take(NamedClasses).Select(source => source.Name)))}.");
        }

        return only.Count == 0 ? classes : [.. classes.Where(source => only.Contains(source.Name, StringComparer.Ordinal))];
    }
}
