using DpSynth.Synthesis.Datasets;

namespace DpSynth.Storage.Datasets;

/// <summary>What a blob's name says of its part in a dataset.</summary>
public static class DatasetFolder
{
    private static readonly HashSet<string> Sidecars = new(StringComparer.OrdinalIgnoreCase) { ".json", ".csv", ".txt", ".md" };

    /// <summary>
    /// Describes a blob below <c>dataset/</c>; null for what is no image: hidden files (a name or folder that begins with a dot, a file
    /// name that begins with <c>_</c>), markers of empty folders, and notes beside the images (<c>.json</c>, <c>.csv</c>, <c>.txt</c>,
    /// <c>.md</c>). A file of any other extension counts as an image, so that one that cannot be read is reported.
    /// </summary>
    public static DatasetBlob? Describe(string name, long length, bool isFolder, string version = "")
    {
        var parts = name.Split('/');
        var file = parts[^1];
        var isMarker = isFolder || file.Length == 0 || (length == 0 && Path.GetExtension(file).Length == 0);
        if (parts.Length < 2 || isMarker || !IsImageName(file) || parts[..^1].Any(folder => folder.StartsWith('.')))
        {
            return null;
        }

        return new DatasetBlob(name, parts.Length > 2 ? parts[1] : null, length, IsArchive(file), version);
    }

    /// <summary>Whether a file of this name counts as an image or an archive of images.</summary>
    public static bool IsImageName(string file) =>
        file.Length > 0 && file[0] is not ('.' or '_') && !Sidecars.Contains(Path.GetExtension(file));

    /// <summary>Whether a file of this name is an archive.</summary>
    public static bool IsArchive(string file) => file.EndsWith(".tar", StringComparison.OrdinalIgnoreCase);
}
