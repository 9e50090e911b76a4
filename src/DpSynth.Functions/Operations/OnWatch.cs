using DpSynth.Ledgers;
using DpSynth.Storage.Queues;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DpSynth.Functions.Operations;

/// <summary>
/// Looks every quarter of an hour for what an operator must know, and writes one line of log for each find. The alerts of the
/// installation look for the beginnings of these lines.
/// </summary>
public sealed partial class OnWatch(
    IRunRegistry registry,
    IPrivacyLedger ledger,
    StrandedRuns stranded,
    UnstartedRuns unstarted,
    PoisonQueues poison,
    TimeProvider time,
    ILogger<OnWatch> logger)
{
    /// <summary>The share of a dataset's ε above which its owner should hear of it.</summary>
    private const double NotableShare = 0.8;

    /// <summary>How far back ended runs are looked at: further than the last look, so that none falls between two; a run may be reported twice.</summary>
    private static readonly TimeSpan _recent = TimeSpan.FromMinutes(20);

    /// <summary>The same after looks were missed.</summary>
    private static readonly TimeSpan _recentWhenLate = TimeSpan.FromDays(1);

    /// <summary>How long whoever registers a run may take until it is started.</summary>
    private static readonly TimeSpan _aboutToStart = TimeSpan.FromMinutes(5);

    /// <summary>Looks once.</summary>
    [Function(nameof(OnWatch))]
    public async Task RunAsync([TimerTrigger("0 */15 * * * *")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(timer);
        ArgumentNullException.ThrowIfNull(client);
        foreach (var (queue, count) in await poison.CountAsync(cancellationToken))
        {
            LogPoison(logger, count, queue);
        }

        await stranded.EndAsync(client, cancellationToken);
        await unstarted.StartAsync(time.GetUtcNow() - _aboutToStart, client, cancellationToken);
        await ReportFailedRunsAsync(client, time.GetUtcNow() - (timer.IsPastDue ? _recentWhenLate : _recent), cancellationToken);
        await ReportBudgetsAsync(cancellationToken);
    }

    private static bool HasFailed(OrchestrationMetadata instance) =>
        instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed
        || (instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed && instance.SerializedOutput is not null
            && instance.ReadOutputAs<RunOutcome>() is { State: RunState.Failed });

    private async Task ReportFailedRunsAsync(DurableTaskClient client, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var ended = new OrchestrationQuery(
            Statuses: [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed], FetchInputsAndOutputs: true);
        await foreach (var instance in client.GetAllInstancesAsync(ended).WithCancellation(cancellationToken))
        {
            if (instance.LastUpdatedAt > since && HasFailed(instance))
            {
                LogRunFailed(logger, instance.InstanceId);
            }
        }
    }

    private async Task ReportBudgetsAsync(CancellationToken cancellationToken)
    {
        var datasets = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var run in registry.ListAsync(cancellationToken))
        {
            datasets.Add(run.Request.Dataset);
        }

        foreach (var dataset in datasets)
        {
            try
            {
                var budget = await ledger.ReadAsync(dataset, cancellationToken);
                if (budget.SpentEpsilon > NotableShare * budget.CapEpsilon)
                {
                    LogBudget(logger, dataset, budget.SpentEpsilon, budget.CapEpsilon);
                }
            }
            catch (InvalidDataException)
            {
                LogLedger(logger, dataset);
            }
        }
    }

    [LoggerMessage(110, LogLevel.Warning, "Poison messages wait: {Count} on the queue {Queue}.")]
    private static partial void LogPoison(ILogger logger, int count, string queue);

    [LoggerMessage(111, LogLevel.Error, "Run failed: {RunId}; its status says why.")]
    private static partial void LogRunFailed(ILogger logger, string runId);

    [LoggerMessage(112, LogLevel.Warning, "Privacy budget above 80 %: the dataset {Dataset} has spent {Spent:0.###} of its ε of {Total:0.###}.")]
    private static partial void LogBudget(ILogger logger, string dataset, double spent, double total);

    [LoggerMessage(
        113,
        LogLevel.Critical,
        "Ledger verification failed: the ledger of the dataset {Dataset} is not what was written. Stop, keep the account as it is, find out.")]
    private static partial void LogLedger(ILogger logger, string dataset);
}
