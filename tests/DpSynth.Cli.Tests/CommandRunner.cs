using System.Text.Json;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Tests;

/// <summary>Runs command lines in this process, on a data folder of its own.</summary>
public sealed class CommandRunner : IDisposable
{
    private readonly Surroundings _surroundings;

    public CommandRunner()
    {
        Folder = Directory.CreateTempSubdirectory("dpsynth-cli-");
        _surroundings = Surroundings.OfProcess() with { };
        _surroundings.DataFolder = Path.Combine(Folder.FullName, "data");
    }

    /// <summary>A folder for the test's files.</summary>
    public DirectoryInfo Folder { get; }

    internal Surroundings Surroundings => _surroundings;

    public async Task<CommandResult> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var terminal = new Terminal(output, errors, isInteractive: false, () => 80);
        var exitCode = await DpSynthCommand.RunAsync(arguments, terminal, _surroundings, output, errors, CancellationToken.None);
        return new CommandResult(exitCode, output.ToString(), errors.ToString());
    }

    /// <summary>Writes a file below <see cref="Folder"/> and answers its path.</summary>
    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(Folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Folder.Delete(recursive: true);
}

/// <summary>What a command answered.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Standard output as the one JSON object it has to be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}
