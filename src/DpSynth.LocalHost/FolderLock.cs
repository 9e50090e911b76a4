using System.Globalization;
using System.Text;

namespace DpSynth.LocalHost;

/// <summary>Holds a data folder for one process; the system lets go of it when the process ends, however it ends.</summary>
internal sealed class FolderLock : IDisposable
{
    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder, which is made if missing.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">What the lock is called in it.</param>
    /// <exception cref="InvalidOperationException">Another process (or another part of this one) holds it.</exception>
    public static FolderLock Take(string folder, string name)
    {
        PrivateFile.CreateFolder(folder);
        var path = Path.Combine(folder, name + ".lock");
        var holder = Path.Combine(folder, name + ".pid");
        FileStream file;
        try
        {
            file = new FileStream(path, PrivateFile.Options(FileMode.OpenOrCreate));
        }
        catch (IOException e)
        {
            throw new InvalidOperationException(
                $"The data folder {folder} is in use by process {Holder(holder)}: stop that one first, or choose another data folder.", e);
        }

        // Beside the lock, because a locked file cannot be read.
        PrivateFile.Replace(holder, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        return new FolderLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path) => File.Exists(path) ? File.ReadAllText(path) : "(unknown)";
}
