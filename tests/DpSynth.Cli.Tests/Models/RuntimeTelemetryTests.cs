using System.Diagnostics;

namespace DpSynth.Cli.Tests.Models;

/// <summary>The library that runs models must not report on its own what it runs.</summary>
public sealed class RuntimeTelemetryTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("dpsynth-home-");
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Running_a_model_leaves_nothing_in_the_users_home()
    {
        // A process of its own, because the library looks at the environment once.
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "dpsynth.dll"), "models", "check", TinyFamily.Folder(_commands), "--steps", "1"];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["HOME"] = _home.FullName;
        foreach (var variable in (string[])["XDG_CACHE_HOME", "XDG_DATA_HOME", "ORT_DISABLE_TELEMETRY"])
        {
            start.Environment.Remove(variable);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == ExitCode.Success, output + await errors);
        Assert.Empty(_home.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.FullName));
    }

    public void Dispose()
    {
        _commands.Dispose();
        _home.Delete(recursive: true);
    }
}
