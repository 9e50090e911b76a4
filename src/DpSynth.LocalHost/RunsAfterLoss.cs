using DpSynth.Functions.Operations;
using DpSynth.LocalHost.Azurite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost;

/// <summary>
/// Says what the emulator had lost, and, where it cannot be told whether all of it is back, has the runs charged and ended that were at work; before
/// any of them can go on.
/// </summary>
internal sealed partial class RunsAfterLoss(StorageLoss loss, IServiceProvider services, ILogger<RunsAfterLoss> logger) : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (loss.HasDied)
        {
            LogDied(logger, loss.PutBack.Count);
        }

        foreach (var doubt in loss.Doubts)
        {
            LogDoubt(logger, doubt);
        }

        if (loss.Doubts.Count > 0 && services.GetService<DoubtfulRuns>() is { } runs)
        {
            foreach (var runId in await runs.ChargeAsync(cancellationToken))
            {
                LogCharged(logger, runId);
            }
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The storage emulator had died without saving. {Count} blobs were put back from the journal; runs that were at work begin again "
            + "and find what they had done.")]
    private static partial void LogDied(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "It cannot be told whether all that the storage emulator lost is back: {Doubt}")]
    private static partial void LogDoubt(ILogger logger, string doubt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The run {RunId} is closed as failed, and all that it had reserved counts as spent.")]
    private static partial void LogCharged(ILogger logger, string runId);
}
