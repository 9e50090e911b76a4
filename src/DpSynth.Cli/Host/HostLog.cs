using System.Globalization;
using Microsoft.Extensions.Logging;

namespace DpSynth.Cli.Host;

/// <summary>The host's log, a file <c>host.log</c> in the data folder that begins anew with every host. Holds nothing private;
/// its owner alone reads it all the same.</summary>
internal sealed class HostLog : ILoggerProvider
{
    /// <summary>The file's name.</summary>
    public const string FileName = "host.log";

    private readonly Lock _gate = new();
    private readonly Lazy<StreamWriter> _file;

    /// <summary>Makes the log; the file is opened with its first line.</summary>
    public HostLog(string folder) => _file = new Lazy<StreamWriter>(() =>
    {
        Directory.CreateDirectory(folder);
        var stream = new FileStream(Path.Combine(folder, FileName), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(stream.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return new StreamWriter(stream) { AutoFlush = true };
    });

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            if (_file.IsValueCreated)
            {
                _file.Value.Dispose();
            }
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? fault)
    {
        var time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (_file.Value.BaseStream is { CanWrite: true })
            {
                _file.Value.WriteLine($"{time} {level} {category}: {message}{(fault is null ? "" : Environment.NewLine + fault)}");
            }
        }
    }

    private sealed class Category(HostLog log, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                log.Write(logLevel, name, formatter(state, exception), exception);
            }
        }
    }
}
