using System.Runtime.InteropServices;

namespace DpSynth.Models.Sessions;

/// <summary>
/// Keeps ONNX Runtime to itself. Its official builds write down what they load and run (the program's path, the models' file names, their
/// graphs' names, errors), keep that in the user's cache folder and send it to Microsoft, unless the environment forbids it before the
/// library starts (ONNX Runtime, docs/Privacy.md). The call that turns telemetry off comes too late for the first events.
/// </summary>
internal static partial class RuntimeTelemetry
{
    /// <summary>The variable that ONNX Runtime reads once.</summary>
    internal const string Variable = "ORT_DISABLE_TELEMETRY";

    private static readonly Lazy<bool> Off = new(Forbid);

    /// <summary>Must come before every call into the library.</summary>
    public static void TurnOff() => _ = Off.Value;

    private static bool Forbid()
    {
        // For processes that this one starts. Only on Windows does it also reach native code of this process.
        Environment.SetEnvironmentVariable(Variable, "1");
        return OperatingSystem.IsWindows() || SetEnvironment(Variable, "1", 1) == 0
            ? true
            : throw new InvalidOperationException(
                $"The variable {Variable} could not be set, so that ONNX Runtime would report what it runs: set it to 1 before the program starts.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
