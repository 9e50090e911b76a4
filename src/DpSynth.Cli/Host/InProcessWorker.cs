using DpSynth.LocalHost;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Workers;
using DpSynth.Telemetry;
using DpSynth.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.Cli.Host;

/// <summary>
/// A worker inside the host's process. Its services are its own, and its storage is what <see cref="WorkerAccess"/> reaches: the same
/// as for a worker of another process.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="settings">Further settings of the worker.</param>
internal sealed class InProcessWorker(LocalHostContext host, IReadOnlyList<KeyValuePair<string, string?>> settings) : IHostedService, IDisposable
{
    /// <summary>How long a job in this worker's hand stays hidden if its host is killed: no longer than the host's own steps.</summary>
    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(12);

    /// <summary>The longest wait for a generation's first job: this worker and its host wait for nothing else meanwhile.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private IHost? _worker;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var access = await WorkerAccessFile.SignAsync(host.ExchangeStorage, cancellationToken);
        var builder = WorkerHost.CreateBuilder(
            [],
            [
                KeyValuePair.Create(WorkerAccess.SettingName, (string?)access.ToJson()),
                KeyValuePair.Create($"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.DrainTimeout)}", (string?)$"{TimeSpan.Zero}"),
                KeyValuePair.Create($"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.LongestPause)}", (string?)$"{LongestPause}"),
                KeyValuePair.Create($"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.Lease)}", (string?)$"{Lease}"),
                KeyValuePair.Create($"{GenerationWorkerOptions.SectionName}:{nameof(GenerationWorkerOptions.RenewEvery)}", (string?)$"{Lease / 3}"),

                // The host sends what this process measures, the worker's part too.
                KeyValuePair.Create(TelemetryExport.EndpointSetting, (string?)""),
                .. settings,
            ]);
        builder.Logging.ClearProviders();
        foreach (var provider in host.Services.GetServices<ILoggerProvider>())
        {
            // Wrapped, so that the worker's end does not close the host's log.
            builder.Logging.AddProvider(new SharedLog(provider));
        }

        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        if (host.Services.GetService<BlobCallPolicies>() is { } policies)
        {
            builder.Services.AddSingleton(policies);
        }

        _worker = builder.Build();
        await _worker.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _worker?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => _worker?.Dispose();

    /// <summary>The command handles Ctrl+C; a worker inside it must not.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class SharedLog(ILoggerProvider log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => log.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
