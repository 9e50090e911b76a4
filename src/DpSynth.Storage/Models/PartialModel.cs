namespace DpSynth.Storage.Models;

/// <summary>
/// A folder that a model is downloaded into, held by one process at a time. What a process that ended left behind is taken over by the next.
/// </summary>
internal sealed class PartialModel : IDisposable
{
    private const string Suffix = ".partial";

    private readonly FileStream _lock;

    private PartialModel(string folder, FileStream held) => (Folder, _lock) = (folder, held);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Takes a folder for a model over, or makes one.</summary>
    /// <param name="cache">The cache's directory.</param>
    /// <param name="fingerprint">The model's.</param>
    public static PartialModel Take(string cache, string fingerprint)
    {
        foreach (var folder in Directory.EnumerateDirectories(cache, $"{fingerprint}.*{Suffix}"))
        {
            if (TryHold(folder) is { } held)
            {
                return held;
            }
        }

        while (true)
        {
            var folder = Path.Combine(cache, $"{fingerprint}.{Path.GetRandomFileName()}{Suffix}");
            Directory.CreateDirectory(folder);
            if (TryHold(folder) is { } held)
            {
                return held;
            }
        }
    }

    /// <summary>Makes the folder what it was downloaded for, unless another process has done so first; returns whether it did.</summary>
    public bool Complete(string target)
    {
        try
        {
            Directory.Move(Folder, target);
            return true;
        }
        catch (IOException) when (Directory.Exists(target))
        {
            Directory.Delete(Folder, recursive: true);
            return false;
        }
    }

    /// <summary>Lets the folder go; another process may go on with it.</summary>
    public void Dispose() => _lock.Dispose();

    private static PartialModel? TryHold(string folder)
    {
        try
        {
            // Hidden, so that it is no file of the model. The system lets it go when the process ends, however it ends.
            var held = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            if (Directory.Exists(folder))
            {
                return new PartialModel(folder, held);
            }

            held.Dispose();
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
