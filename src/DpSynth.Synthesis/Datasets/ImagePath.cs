namespace DpSynth.Synthesis.Datasets;

/// <summary>Where an image lies below its dataset's folder.</summary>
/// <remarks>
/// Written <c>class/folder/image.png</c>; for an image in an archive <c>class/part.tar!folder/image.png</c>. Empty parts and <c>.</c>,
/// as some archivers write them, are left out.
/// </remarks>
public sealed class ImagePath
{
    private ImagePath(string text, IReadOnlyList<string> folders) => (Text, Folders) = (text, folders);

    /// <summary>The path as owner tables and patterns see it.</summary>
    public string Text { get; }

    /// <summary>
    /// The folders on the path, outermost first. An archive counts as a folder of its name without <c>.tar</c>; folders in it follow.
    /// </summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>The path of an image by its full name, <c>dataset/…</c>.</summary>
    public static ImagePath OfImage(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Parse(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]);
    }

    /// <summary>Reads a path below the dataset's folder.</summary>
    public static ImagePath Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var archiveEnd = text.IndexOf(".tar!", StringComparison.OrdinalIgnoreCase);
        if (archiveEnd < 0)
        {
            var parts = Parts(text);
            return new ImagePath(string.Join('/', parts), parts[..Math.Max(0, parts.Length - 1)]);
        }

        var archive = Parts(text[..(archiveEnd + ".tar".Length)]);
        var entry = Parts(text[(archiveEnd + ".tar!".Length)..]);
        return new ImagePath(
            $"{string.Join('/', archive)}!{string.Join('/', entry)}",
            [.. archive[..^1], archive[^1][..^".tar".Length], .. entry[..Math.Max(0, entry.Length - 1)]]);
    }

    private static string[] Parts(string text) => [.. text.Split('/').Where(static part => part is not ("" or "."))];
}
