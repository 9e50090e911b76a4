using System.Diagnostics;
using System.Globalization;

namespace DpSynth.Bench;

/// <summary>
/// Somebody else's program that does the same work: a script of <c>bench/peers</c>, which repeats it when asked, so that both sides
/// can be timed in turn on a machine that others use as well.
/// </summary>
internal sealed class Peer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process? _process;

    private Peer(Process? process, string description) => (_process, Description) = (process, description);

    /// <summary>What it runs on, or why it does not run.</summary>
    public string Description { get; }

    /// <summary>Whether it can be timed.</summary>
    public bool Runs => _process is not null;

    /// <summary>Starts a script and waits until its data are ready.</summary>
    /// <param name="script">File name in <c>bench/peers</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="openBlasKernel">The kernel OpenBLAS is told to use, or null for the one it chooses.</param>
    public static Peer Start(string script, IEnumerable<object> arguments, string? openBlasKernel = null)
    {
        if (!File.Exists(Python))
        {
            return new Peer(null, $"skipped: there is no {Python}");
        }

        var start = new ProcessStartInfo(Python)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "peers", script));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }

        start.Environment["PEER_THREADS"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        if (openBlasKernel is not null)
        {
            start.Environment["OPENBLAS_CORETYPE"] = openBlasKernel;
        }

        var process = Process.Start(start)!;
        if (process.StandardOutput.ReadLine() is { } description)
        {
            return new Peer(process, description);
        }

        using (process)
        {
            return new Peer(null, process.StandardError.ReadToEnd().Trim());
        }
    }

    /// <summary>Seconds of one repetition, as the peer measures them; NaN where it does not run.</summary>
    public double Measure()
    {
        if (_process is null)
        {
            return double.NaN;
        }

        _process.StandardInput.WriteLine();
        var answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"A peer ended early: {_process.StandardError.ReadToEnd().Trim()}");
        return double.Parse(answer, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process?.StandardInput.Close();
        _process?.WaitForExit();
        _process?.Dispose();
    }
}
