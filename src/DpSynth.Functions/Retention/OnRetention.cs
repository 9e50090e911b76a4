using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Retention;

/// <summary>
/// Clears away every night what runs that are long over have left: the history of the orchestration, the exact work on the private side,
/// the candidates. The request, the record of the end, the run's records and noisy releases, the ledger and the release stay.
/// What somebody holds stays too, and stops nothing: the next night comes by again.
/// </summary>
public sealed partial class OnRetention(
    IRunRegistry registry,
    IExactWorkRetention exactWork,
    ICandidateStore candidates,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<OnRetention> logger)
{
    /// <summary>Clears away once.</summary>
    [Function(nameof(OnRetention))]
    public async Task RunAsync([TimerTrigger("0 0 3 * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var over = time.GetUtcNow() - TimeSpan.FromDays(options.Value.Days);
        var (purged, held) = (0, 0);
        await foreach (var run in registry.ListEndedAsync(cancellationToken))
        {
            if (run.At < over)
            {
                purged += (await client.PurgeInstanceAsync(run.RunId, cancellationToken)).PurgedInstanceCount;
                if (!options.Value.KeepWork)
                {
                    held += await exactWork.DeleteExactWorkAsync(run.RunId, cancellationToken);
                    held += await candidates.DeleteGenerationsAsync(run.RunId, cancellationToken);
                }
            }
        }

        LogCleared(logger, purged, options.Value.Days);
        if (held > 0)
        {
            LogHeld(logger, held, options.Value.Days);
        }
    }

    [LoggerMessage(120, LogLevel.Information, "Histories purged of {Count} runs that ended more than {Days} days ago.")]
    private static partial void LogCleared(ILogger logger, int count, int days);

    [LoggerMessage(
        121,
        LogLevel.Warning,
        "{Count} files of runs that ended more than {Days} days ago are kept by a legal hold, an immutability policy or a lease on them, "
            + "and could not be deleted.")]
    private static partial void LogHeld(ILogger logger, int count, int days);
}
