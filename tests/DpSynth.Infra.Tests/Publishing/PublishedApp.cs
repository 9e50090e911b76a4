using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DpSynth.Infra.Tests.Publishing;

/// <summary>The function app as <c>dotnet publish</c> puts it together from what was built, in a folder of its own.</summary>
public sealed class PublishedApp : IAsyncLifetime
{
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dpsynth-published-");

    /// <summary>Every file by its path below the folder.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    public string PathOf(string file) => Path.Combine(_folder.FullName, file);

    public async Task InitializeAsync()
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
        using var publish = Process.Start(new ProcessStartInfo(dotnet)
        {
            // Nothing is built: other tests run from the same outputs.
            ArgumentList =
                { "publish", Repository.File("src/DpSynth.Functions"), "--no-build", "-c", Configuration, "-o", _folder.FullName, "--nologo", "-v", "q" },
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MSBUILDDISABLENODEREUSE"] = "1" },
        })!;
        var output = await Task.WhenAll(publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        Assert.True(
            publish.ExitCode == 0,
            $"The function app must be built with the host's extensions (dotnet build src/DpSynth.Functions -c {Configuration}) before this test: "
                + $"{string.Concat(output)}");
        Files =
        [
            .. _folder.EnumerateFiles("*", SearchOption.AllDirectories).Select(
                file => Path.GetRelativePath(_folder.FullName, file.FullName)).Order(StringComparer.Ordinal),
        ];
    }

    public Task DisposeAsync()
    {
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }
}
