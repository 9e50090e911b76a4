using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json.Nodes;

namespace DpSynth.Infra.Tests.Compiler;

/// <summary>The Bicep command line of the package that the project refers to. It needs no network: the templates use no published module.</summary>
internal static class BicepCompiler
{
    private static readonly string _home = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "bicep-home")).FullName;

    private static readonly Lazy<string> _executable = new(Runnable);

    private static readonly Lazy<JsonNode> _main = new(() => Build(Path.Combine(Repository.Infra, "main.bicep")));

    /// <summary><c>infra/main.bicep</c> with all its modules, compiled.</summary>
    public static JsonNode Main => _main.Value;

    /// <summary>A template and its modules, compiled.</summary>
    public static JsonNode Build(string path) => JsonNode.Parse(Expect("build", path, "--stdout", "--no-restore"))!;

    /// <summary>Runs a command that must end well and without a word of complaint; its output.</summary>
    public static string Expect(params string[] arguments)
    {
        var (code, output, complaints) = Run(arguments);
        Assert.True(code == 0 && complaints.Length == 0, $"bicep {string.Join(' ', arguments)} ended with {code}:\n{complaints}");
        return output;
    }

    public static (int Code, string Output, string Complaints) Run(params string[] arguments) => Run(_executable.Value, arguments);

    private static (int Code, string Output, string Complaints) Run(string executable, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(executable, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // It unpacks libraries under HOME, and needs ICU unless told not to.
            Environment = { ["HOME"] = _home, ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", ["BICEP_TRACING_ENABLED"] = null },
        })!;
        var complaints = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, complaints.GetAwaiter().GetResult());
    }

    /// <summary>The packaged file, or a copy of it where only another user, whose package cache it lies in, may execute it.</summary>
    private static string Runnable()
    {
        var packaged = typeof(BicepCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "BicepPath").Value!;
        try
        {
            Run(packaged, "--version");
            return packaged;
        }
        catch (Win32Exception) when (!OperatingSystem.IsWindows())
        {
            var copy = Path.Combine(_home, "bicep");
            File.Copy(packaged, copy, overwrite: true);
            File.SetUnixFileMode(copy, File.GetUnixFileMode(copy) | UnixFileMode.UserExecute);
            return copy;
        }
    }
}
