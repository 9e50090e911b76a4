using System.ComponentModel;
using System.Diagnostics;

namespace DpSynth.LocalHost;

/// <summary>A process told apart from a later one that got the same id.</summary>
/// <param name="Id">The process id.</param>
/// <param name="StartedAt">When it started.</param>
internal sealed record ProcessIdentity(int Id, DateTimeOffset StartedAt)
{
    // The start is derived from the machine's boot time, which moves a little when the clock is adjusted.
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(2);

    public static ProcessIdentity Of(Process process) => new(process.Id, new DateTimeOffset(process.StartTime));

    public static ProcessIdentity Current()
    {
        using var process = Process.GetCurrentProcess();
        return Of(process);
    }

    /// <summary>The process, if it still runs; null if it has ended or its id belongs to another one now.</summary>
    public Process? Find()
    {
        try
        {
            var process = Process.GetProcessById(Id);
            if (!process.HasExited && (Of(process).StartedAt - StartedAt).Duration() <= _tolerance)
            {
                return process;
            }

            process.Dispose();
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Whether the process still runs.</summary>
    public bool IsAlive()
    {
        using var process = Find();
        return process is not null;
    }
}
