using System.Text;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;

namespace DpSynth.Cli.Tests.Runs;

/// <summary>A newcomer's way through the commands, with a host that lives as long as the command.</summary>
public sealed class WholeRunTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Images_of_a_folder_become_a_downloaded_release_by_three_commands()
    {
        var shape = new ImageShape(16, 16, 1);
        for (var i = 0; i < 20; i++)
        {
            var pixels = new byte[shape.ByteCount];
            pixels.AsSpan((4 + i % 8) * 16, 16).Fill(255);
            _commands.Write($"images/level/{i}.png", PngEncoder.Encode(pixels, shape));
        }

        var request = _commands.Write("request.json", Encoding.UTF8.GetBytes("""
            {
              "runId": "bars-1", "dataset": "bars", "epsilon": 2, "delta": 1e-4,
              "image": { "width": 16, "height": 16, "channels": 1 },
              "generator": { "name": "draw-text", "options": { "texts": ["-"] } },
              "evolution": { "populationSizes": [20, 20], "variationDegrees": [1, 0.5], "lookahead": 0 }
            }
            """));
        var released = Path.Combine(_commands.Folder.FullName, "released");

        var upload = await _commands.RunAsync("datasets", "upload", Path.Combine(_commands.Folder.FullName, "images"), "--name", "bars",
            "--epsilon-cap", "10", "--delta", "1e-4");
        var run = await _commands.RunAsync("runs", "submit", request, "--wait", "--json");
        var download = await _commands.RunAsync("runs", "download", "bars-1", "--out", released);
        var budget = await _commands.RunAsync("budget", "show", "bars", "--json");

        Assert.Equal(
            (ExitCode.Success, ExitCode.Success, ExitCode.Success, ExitCode.Success), (upload.ExitCode, run.ExitCode, download.ExitCode, budget.ExitCode));
        Assert.Equal(("bars-1", "succeeded", "releases/bars-1/"), (Text(run, "id"), Text(run, "state"), Text(run, "release")));
        Assert.InRange(run.Json.GetProperty("epsilonSpent").GetDouble(), 2 * (1 - 1e-9), 2);
        Assert.Equal(
            ["PRIVACY.md", "contact-sheet.png", "manifest.json", "privacy.json", "synthetic-00000.tar"],
            Directory.GetFiles(released).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(File.Exists(Path.Combine(_commands.Surroundings.DataFolder, "worker-access.json")), "The host that lived with the command has gone.");
    }

    [Fact]
    public async Task Worker_without_a_host_says_that_there_is_none()
    {
        var worker = await _commands.RunAsync("worker");

        Assert.Equal(ExitCode.NotFound, worker.ExitCode);
        Assert.Contains("No host is running", worker.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _commands.Dispose();

    private static string? Text(CommandResult result, string name) => result.Json.GetProperty(name).GetString();
}
