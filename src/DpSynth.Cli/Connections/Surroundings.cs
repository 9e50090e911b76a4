namespace DpSynth.Cli.Connections;

/// <summary>What a command finds around it: the repository, the data folder, the environment's settings.</summary>
/// <param name="Home">The folder that holds <c>./dpsynth</c>.</param>
/// <param name="Variable">Reads an environment variable.</param>
public sealed record Surroundings(string Home, Func<string, string?> Variable)
{
    private string? _dataFolder;

    /// <summary>Where the local storage and the state of a running host are: <c>--data</c>, else <c>DPSYNTH_DATA</c>, else <c>.dpsynth</c> at home.</summary>
    public string DataFolder
    {
        get => _dataFolder ?? Path.GetFullPath(Variable("DPSYNTH_DATA") is { Length: > 0 } folder ? folder : Path.Combine(Home, ".dpsynth"));
        set => _dataFolder = Path.GetFullPath(value);
    }

    /// <summary>Where the npm assets are installed.</summary>
    public string Assets => Path.Combine(Home, "eng", "assets", "node_modules");

    /// <summary>Of this process; home is <c>DPSYNTH_HOME</c>, else the folder above the program that holds the solution, else the current one.</summary>
    public static Surroundings OfProcess()
    {
        var home = Environment.GetEnvironmentVariable("DPSYNTH_HOME");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); string.IsNullOrEmpty(home) && folder is not null; folder = folder.Parent)
        {
            home = File.Exists(Path.Combine(folder.FullName, "DpSynth.Functions.sln")) ? folder.FullName : null;
        }

        return new Surroundings(string.IsNullOrEmpty(home) ? Environment.CurrentDirectory : home, Environment.GetEnvironmentVariable);
    }
}
