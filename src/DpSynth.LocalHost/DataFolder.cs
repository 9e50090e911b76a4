namespace DpSynth.LocalHost;

/// <summary>The folder of a host's data: its storage, its keys, its log. It is its owner's alone.</summary>
internal static class DataFolder
{
    private static readonly string[] _ownFolders = ["azurite", "journal"];
    private static readonly string[] _ownFiles =
        ["host-id", "host*.log", "host.lock", "host.pid", "running.json", "worker-access.json", "announced*.json"];

    /// <summary>
    /// Makes the folder if it is missing, and closes it to everybody else, with what earlier versions have left in it. What somebody else has put there
    /// stays as it is: nobody else comes that far.
    /// </summary>
    /// <exception cref="InvalidOperationException">The folder is somebody else's.</exception>
    public static void Close(string path)
    {
        try
        {
            PrivateFile.CreateFolder(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new InvalidOperationException(
                $"The data folder {path} belongs to somebody else, or cannot be made; choose one of your own with --data or DPSYNTH_DATA.", exception);
        }

        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var own = _ownFiles.SelectMany(pattern => Directory.EnumerateFiles(path, pattern))
            .Concat(_ownFolders.Select(folder => Path.Combine(path, folder)).Where(Directory.Exists)
                .SelectMany(folder => Directory.EnumerateFileSystemEntries(folder, "*", all).Prepend(folder)));
        foreach (var entry in own)
        {
            PrivateFile.Close(entry);
        }
    }
}
