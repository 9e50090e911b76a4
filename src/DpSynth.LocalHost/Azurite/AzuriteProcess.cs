using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DpSynth.LocalHost.Azurite;

/// <summary>
/// Azurite as a child process on free loopback ports, serving the private and the exchange account. It ends when this object is
/// disposed of, and by itself when this process dies. Data and keys stay in the data folder.
/// </summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly string _folder;
    private readonly FolderLock _lock;
    private readonly Process _process;
    private readonly AzuriteState _state;
    private bool _disposed;

    private AzuriteProcess(string folder, FolderLock folderLock, Process process, AzuriteState state, bool hadSaved)
    {
        HadSaved = hadSaved;
        _folder = folder;
        _lock = folderLock;
        _process = process;
        _state = state;
        Ended = process.WaitForExitAsync();
    }

    /// <summary>Connection string of the private account: blobs, queues and tables.</summary>
    public string PrivateStorage => _state.ConnectionString(AzuriteState.PrivateAccount);

    /// <summary>Connection string of the exchange account: blobs, queues and tables.</summary>
    public string ExchangeStorage => _state.ConnectionString(AzuriteState.ExchangeAccount);

    /// <summary>The emulator's process id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Completes when the emulator has ended, wanted or not.</summary>
    public Task Ended { get; }

    /// <summary>
    /// Whether the emulator that ran on the folder before had saved all its data when it ended: it saves every five seconds, and at an end that is
    /// none of its own.
    /// </summary>
    internal bool HadSaved { get; }

    /// <summary>Whether this emulator has saved all its data and ended.</summary>
    internal bool HasSaved => _disposed && File.Exists(SavedMark(_folder));

    /// <summary>Where its data is.</summary>
    internal string Data => DataOf(_folder);

    /// <summary>With what code the emulator ended, once this object is disposed of: 0 if it saved its data and ended by itself.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>Ends what an earlier crash may have left running on the folder, starts the emulator, and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">
    /// Another process holds the folder, Node.js or Azurite is not installed, or the emulator did not start.
    /// </exception>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(options.DataFolder);
        var folderLock = FolderLock.Take(folder, "azurite");
        try
        {
            var script = FindScript(options.Home ?? RepositoryHome.Find());
            var state = AzuriteState.LoadOrCreate(folder);
            await EndOrphanAsync(state.Process, cancellationToken);
            var hadSaved = HadItSaved(folder, state);
            var (process, ports) = await LaunchAsync(script, folder, state with { MarksSaves = true }, options.StartTimeout, cancellationToken);
            state = state with { Ports = ports, Process = ProcessIdentity.Of(process), MarksSaves = true };
            state.Save(folder);
            return new AzuriteProcess(folder, folderLock, process, state, hadSaved);
        }
        catch
        {
            folderLock.Dispose();
            throw;
        }
    }

    /// <summary>Lets the emulator save its data and end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await EndAsync(_process);
        ExitCode = _process.ExitCode;
        (_state with { Process = null }).Save(_folder);
        _process.Dispose();
        _lock.Dispose();
    }

    private static bool HadItSaved(string folder, AzuriteState state) =>
        !Directory.Exists(DataOf(folder)) || File.Exists(SavedMark(folder)) || (state.Process is null && !state.MarksSaves);

    private static string FindScript(string home)
    {
        var assets = Path.Combine(home, "eng", "assets");
        return File.Exists(Path.Combine(assets, "node_modules", "azurite", "dist", "src", "azurite.js"))
            ? Path.Combine(assets, "azurite-child.js")
            : throw new InvalidOperationException(
                $"Azurite is not installed in {assets}: run ./dpsynth once, or 'npm ci --ignore-scripts' in that folder.");
    }

    private static async Task EndOrphanAsync(ProcessIdentity? left, CancellationToken cancellationToken)
    {
        using var orphan = left?.Find();
        if (orphan is null)
        {
            return;
        }

        // Its parent is gone, so it is about to save its data and end; only a stuck one is killed.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            await orphan.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            orphan.Kill();
            await orphan.WaitForExitAsync(cancellationToken);
        }
    }

    private static async Task<(Process Process, AzuritePorts Ports)> LaunchAsync(
        string script, string folder, AzuriteState state, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (state.Ports != default)
        {
            try
            {
                return await LaunchOnAsync(state.Ports);
            }
            catch (InvalidOperationException)
            {
                // Somebody else listens on a port of last time: any free ones will do.
            }
        }

        return await LaunchOnAsync(default);

        async Task<(Process Process, AzuritePorts Ports)> LaunchOnAsync(AzuritePorts wanted)
        {
            var process = Launch(script, folder, state, wanted);
            try
            {
                state = state with { Process = ProcessIdentity.Of(process) };
                state.Save(folder);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(timeout);
                return (process, await ReadPortsAsync(process, folder, limit.Token));
            }
            catch (Exception e)
            {
                await EndAsync(process);
                process.Dispose();
                throw e is OperationCanceledException && !cancellationToken.IsCancellationRequested
                    ? new InvalidOperationException(
                        $"Azurite did not start within {timeout.TotalSeconds:0} s: see {LogPath(folder)} and try again.", e)
                    : e;
            }
        }
    }

    private static Process Launch(string script, string folder, AzuriteState state, AzuritePorts ports)
    {
        var start = new ProcessStartInfo("node")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["AZURITE_ACCOUNTS"] =
            $"{AzuriteState.PrivateAccount}:{state.PrivateKey};{AzuriteState.ExchangeAccount}:{state.ExchangeKey}";

        // Data belongs into the folder, not into a database that the environment names for another emulator.
        start.Environment.Remove("AZURITE_DB");

        // From its first write on there is something that it has not saved.
        File.Delete(SavedMark(folder));
        start.Environment["DPSYNTH_SAVED_MARK"] = SavedMark(folder);
        string[] arguments =
        [
            script, "--location", DataOf(folder), "--silent", "--skipApiVersionCheck", "--disableTelemetry",
            "--blobHost", "127.0.0.1", "--blobPort", Number(ports.Blob),
            "--queueHost", "127.0.0.1", "--queuePort", Number(ports.Queue),
            "--tableHost", "127.0.0.1", "--tablePort", Number(ports.Table),
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException("Node.js was not found: install Node.js 20 or newer and put 'node' on the PATH.", e);
        }

        static string Number(int port) => port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Reads the emulator's output: the three addresses first, then, in the background, whatever it says into its log.</summary>
    private static async Task<AzuritePorts> ReadPortsAsync(Process process, string folder, CancellationToken cancellationToken)
    {
        var log = new StreamWriter(RotatedLog.Begin(LogPath(folder))) { AutoFlush = true };
        var writer = TextWriter.Synchronized(log);
        var errors = CopyAsync(process.StandardError, writer);
        var ports = default(AzuritePorts);
        try
        {
            while (ports.Blob == 0 || ports.Queue == 0 || ports.Table == 0)
            {
                var line = await process.StandardOutput.ReadLineAsync(cancellationToken)
                    ?? throw new InvalidOperationException($"Azurite ended before it listened: see {LogPath(folder)}.");
                await writer.WriteLineAsync(line);
                if (Listening().Match(line) is { Success: true } match)
                {
                    var port = int.Parse(match.Groups["port"].ValueSpan, CultureInfo.InvariantCulture);
                    ports = match.Groups["service"].Value switch
                    {
                        "Blob" => ports with { Blob = port },
                        "Queue" => ports with { Queue = port },
                        _ => ports with { Table = port },
                    };
                }
            }
        }
        finally
        {
            _ = DrainAsync();
        }

        return ports;

        async Task DrainAsync()
        {
            await Task.WhenAll(errors, CopyAsync(process.StandardOutput, writer));
            await log.DisposeAsync();
        }
    }

    private static async Task CopyAsync(StreamReader from, TextWriter to)
    {
        try
        {
            while (await from.ReadLineAsync() is { } line)
            {
                await to.WriteLineAsync(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The process is gone, and its pipe with it.
        }
    }

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        using var limit = new CancellationTokenSource(_patience);
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string DataOf(string folder) => Path.Combine(folder, "data");

    private static string SavedMark(string folder) => Path.Combine(folder, "saved");

    private static string LogPath(string folder) => Path.Combine(folder, "azurite.log");

    [GeneratedRegex(
        @"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at http://127\.0\.0\.1:(?<port>\d+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}
