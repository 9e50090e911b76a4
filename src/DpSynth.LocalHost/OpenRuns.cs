using DpSynth.Functions.Operations;
using DpSynth.LocalHost.Azurite;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost;

/// <summary>
/// Starts, with the host, the runs that are registered and have no orchestration; and announces again the ends whose announcement the emulator may
/// have lost.
/// </summary>
/// <param name="loss">What the emulator had lost.</param>
/// <param name="settle">Is called when nothing is left to be done about that.</param>
/// <param name="services">The app's services.</param>
/// <param name="logger">The log.</param>
internal sealed partial class OpenRuns(StorageLoss loss, Action settle, IServiceProvider services, ILogger<OpenRuns> logger) : BackgroundService
{
    /// <summary>How long before the emulator died an end may lie of whose announcement it had saved nothing.</summary>
    private static readonly TimeSpan _recent = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var startedAt = services.GetRequiredService<TimeProvider>().GetUtcNow();
        try
        {
            if (services.GetService<UnstartedRuns>() is { } runs)
            {
                foreach (var runId in await runs.StartAsync(startedAt, services.GetRequiredService<DurableTaskClient>(), stoppingToken))
                {
                    LogStarted(logger, runId);
                }
            }

            await AnnounceAgainAsync(stoppingToken);
            settle();
        }
        catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
        {
            LogFailed(logger, exception);
        }
    }

    private async Task AnnounceAgainAsync(CancellationToken stop)
    {
        if (!loss.HasDied || services.GetService<StrandedRuns>() is not { } ended)
        {
            return;
        }

        await foreach (var end in services.GetRequiredService<IRunRegistry>().ListEndedAsync(stop))
        {
            if (end.At > loss.LastWrite - _recent)
            {
                await ended.AnnounceAgainAsync(end, stop);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The run {RunId} is started: it was registered, and nobody worked on it.")]
    private static partial void LogStarted(ILogger logger, string runId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Registered runs could not be started; the watch does it within a quarter of an hour.")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
