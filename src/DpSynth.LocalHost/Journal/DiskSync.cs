using System.ComponentModel;
using System.Runtime.InteropServices;

namespace DpSynth.LocalHost.Journal;

/// <summary>Has the disk hold what was written: after a power cut too.</summary>
internal static partial class DiskSync
{
    /// <summary>Files that were made in a folder, renamed or deleted there. Windows keeps folders by itself.</summary>
    public static void Folder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var folder = Open(path, flags: 0);
        try
        {
            if (folder < 0 || FSync(folder) != 0)
            {
                throw new IOException($"The folder {path} could not be flushed to the disk.", new Win32Exception(Marshal.GetLastPInvokeError()));
            }
        }
        finally
        {
            if (folder >= 0)
            {
                _ = Close(folder);
            }
        }
    }

    /// <summary>All files of a folder and of those in it.</summary>
    public static void Tree(string path)
    {
        foreach (var file in Directory.EnumerateFiles(path))
        {
            using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.FlushToDisk(handle);
        }

        foreach (var folder in Directory.EnumerateDirectories(path))
        {
            Tree(folder);
        }

        Folder(path);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
