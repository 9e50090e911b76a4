using System.Globalization;
using DpSynth.LocalHost;
using Microsoft.Extensions.Logging;

namespace DpSynth.Cli.Host;

/// <summary>
/// The host's log, a file <c>host.log</c> in the data folder. Another one begins with every host, and where it has grown large; the last ones stay
/// beside it. Holds nothing private; its owner alone reads it all the same.
/// </summary>
internal sealed class HostLog : ILoggerProvider
{
    /// <summary>The file's name.</summary>
    public const string FileName = "host.log";

    private const long Large = 32 << 20;

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly long _large;
    private StreamWriter? _file;
    private bool _disposed;

    /// <summary>Makes the log; the file is opened with its first line.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="large">Bytes after which another file is begun.</param>
    public HostLog(string folder, long large = Large) => (_path, _large) = (Path.Combine(folder, FileName), large);

    public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _file?.Dispose();
        }
    }

    private void Write(LogLevel level, string category, string message, Exception? fault)
    {
        var time = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            if (!_disposed)
            {
                if (_file?.BaseStream.Length >= _large)
                {
                    _file.Dispose();
                    _file = null;
                }

                _file ??= new StreamWriter(RotatedLog.Begin(_path)) { AutoFlush = true };
                _file.WriteLine($"{time} {level} {category}: {message}{(fault is null ? "" : Environment.NewLine + fault)}");
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
