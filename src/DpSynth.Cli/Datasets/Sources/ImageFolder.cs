using DpSynth.Cli.Terminals;
using DpSynth.Storage.Datasets;

namespace DpSynth.Cli.Datasets.Sources;

/// <summary>A folder of images: each subfolder is a class, or there are none and the images lie in the folder itself.</summary>
public static class ImageFolder
{
    /// <summary>Most bytes of one image file.</summary>
    public const long MaximumFileLength = 64L << 20;

    private const int MaximumClassNameLength = 128;

    /// <summary>Lists the folder's classes and images; reads no image.</summary>
    /// <exception cref="CommandException">There are no images, a class has none, or a file or name is beyond a limit.</exception>
    public static IReadOnlyList<SourceClass> Read(string folder)
    {
        var root = new DirectoryInfo(folder);
        var loose = ListImages(root, SearchOption.TopDirectoryOnly);
        var classes = root.EnumerateDirectories()
            .Where(directory => !IsHidden(directory.Name))
            .OrderBy(directory => directory.Name, StringComparer.Ordinal)
            .Select(directory => new SourceClass(directory.Name, ListImages(directory, SearchOption.AllDirectories)))
            .ToList();

        if (loose.Count == 0 && classes.Count == 0)
        {
            throw new CommandException(ExitCode.Usage, $"There are no images in '{folder}': give a folder of images, or of class folders with images.");
        }

        if (loose.Count > 0 && classes.Count > 0)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"'{folder}' holds both images ('{loose[0].Name}') and folders ('{classes[0].Name}'): "
                    + "put every image into a class folder, or have no folders.");
        }

        return classes.Count == 0 ? [new SourceClass(null, loose)] : [.. classes.Select(CheckClass)];
    }

    private static SourceClass CheckClass(SourceClass source)
    {
        if (source.Images.Count == 0)
        {
            throw new CommandException(ExitCode.Usage, $"The class folder '{source.Name}' holds no images: add some, or remove the folder.");
        }

        return source.Name!.Length <= MaximumClassNameLength && !source.Name.Any(letter => letter is '\\' or '%' || char.IsControl(letter))
            ? source
            : throw new CommandException(
                ExitCode.Usage,
                $"The class folder '{source.Name}' cannot be a class name: use at most {MaximumClassNameLength} characters, without backslash, "
                    + "percent sign and control characters.");
    }

    private static List<SourceImage> ListImages(DirectoryInfo folder, SearchOption depth)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = depth == SearchOption.AllDirectories,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        return folder.EnumerateFiles("*", options)
            .Where(file => DatasetFolder.IsImageName(file.Name))
            .Select(file => (File: file, Name: Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/')))
            .Where(entry => !entry.Name.Split('/').Any(IsHidden))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal)
            .Select(entry => ToImage(entry.File, entry.Name))
            .ToList();
    }

    private static SourceImage ToImage(FileInfo file, string name)
    {
        if (file.Length == 0)
        {
            throw new CommandException(ExitCode.Usage, $"The file '{file.FullName}' is empty: remove it.");
        }

        if (file.Length > MaximumFileLength && !DatasetFolder.IsArchive(name))
        {
            throw new CommandException(
                ExitCode.Usage,
                $"The file '{file.FullName}' has {Figures.Bytes(file.Length)}; an image may have at most {Figures.Bytes(MaximumFileLength)}.");
        }

        return new SourceImage(name, file.Length, cancellationToken => File.ReadAllBytesAsync(file.FullName, cancellationToken));
    }

    private static bool IsHidden(string name) => name.StartsWith('.');
}
