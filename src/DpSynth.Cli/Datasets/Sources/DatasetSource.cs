namespace DpSynth.Cli.Datasets.Sources;

/// <summary>Finds out what a path is that someone wants to upload.</summary>
public static class DatasetSource
{
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
}
