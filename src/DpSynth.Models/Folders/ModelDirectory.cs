namespace DpSynth.Models.Folders;

/// <summary>The directory in which this machine keeps its models, a folder each. Requests name folders, never paths.</summary>
/// <param name="path">The directory; it need not exist before a model is asked for.</param>
public sealed class ModelDirectory(string path)
{
    private const int NamedFolders = 10;

    /// <summary>The directory.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The nearest folder <c>models</c> beside or above the program, as in a checkout or a container.</summary>
    public static ModelDirectory Nearest()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var models = System.IO.Path.Combine(folder.FullName, "models");
            if (Directory.Exists(models))
            {
                return new ModelDirectory(models);
            }
        }

        return new ModelDirectory(System.IO.Path.Combine(AppContext.BaseDirectory, "models"));
    }

    /// <summary>The folder of a model.</summary>
    /// <param name="name">A folder's name, without any separator.</param>
    /// <exception cref="ModelFolderException">It is no name of a folder here.</exception>
    public string Find(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\', '\0') >= 0)
        {
            throw new ModelFolderException($"'{name}' is not the name of a model's folder.");
        }

        var folder = System.IO.Path.Combine(Path, name);
        if (Directory.Exists(folder))
        {
            return folder;
        }

        var known = Directory.Exists(Path)
            ? Directory.GetDirectories(Path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal).Take(NamedFolders).ToArray()
            : [];
        throw new ModelFolderException(
            $"There is no model '{name}' in {Path}; {(known.Length > 0 ? $"it holds {string.Join(", ", known)}" : "it holds none")}.");
    }
}
