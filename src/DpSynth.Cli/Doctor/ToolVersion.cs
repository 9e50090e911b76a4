using System.ComponentModel;
using System.Diagnostics;

namespace DpSynth.Cli.Doctor;

/// <summary>Asks a program for its version.</summary>
internal static class ToolVersion
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    /// <summary>The first line that <c>PROGRAM --version</c> prints; null if there is no such program or it does not answer.</summary>
    public static async Task<string?> ReadAsync(string program, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["--version"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_patience);
            try
            {
                var line = await process.StandardOutput.ReadLineAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? line?.Trim() : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                cancellationToken.ThrowIfCancellationRequested();
                return null;
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>The number before the first dot; 0 if there is none.</summary>
    public static int Major(string? version) =>
        int.TryParse(version?.TrimStart('v').Split('.')[0], out var major) ? major : 0;
}
