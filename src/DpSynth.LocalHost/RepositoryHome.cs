namespace DpSynth.LocalHost;

/// <summary>Finds the folder that holds the installed assets.</summary>
internal static class RepositoryHome
{
    /// <summary><c>DPSYNTH_HOME</c>, else the nearest folder above the program that holds the solution.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static string Find()
    {
        if (Environment.GetEnvironmentVariable("DPSYNTH_HOME") is { Length: > 0 } home)
        {
            return home;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DpSynth.Functions.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException(
            $"No DpSynth repository was found above {AppContext.BaseDirectory}: set DPSYNTH_HOME to the folder that holds ./dpsynth.");
    }
}
