using Microsoft.Extensions.Logging;

namespace DpSynth.Worker;

/// <summary>What a worker reports.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(700, LogLevel.Information, "Worker takes up to {Concurrency} jobs at once.")]
    public static partial void Started(this ILogger logger, int concurrency);

    [LoggerMessage(701, LogLevel.Information, "{Job} of run {RunId}: {Count} candidates in {Seconds:0.00} s.")]
    public static partial void Made(this ILogger logger, string job, string runId, int count, double seconds);

    [LoggerMessage(702, LogLevel.Information, "{Job} of run {RunId}: dropped, the run is over.")]
    public static partial void Dropped(this ILogger logger, string job, string runId);

    [LoggerMessage(703, LogLevel.Information, "{Job} of run {RunId}: left to other workers.")]
    public static partial void Left(this ILogger logger, string job, string runId);

    [LoggerMessage(704, LogLevel.Warning, "{Job} of run {RunId}: try {Try} failed.")]
    public static partial void TryFailed(this ILogger logger, Exception exception, string job, string runId, long @try);

    [LoggerMessage(705, LogLevel.Error, "{Job} of run {RunId}: given up. {Reason}")]
    public static partial void GaveUp(this ILogger logger, string job, string runId, string reason);

    [LoggerMessage(706, LogLevel.Error, "The message {MessageId} on generation-jobs {Fault}; it is taken off the queue.")]
    public static partial void Unreadable(this ILogger logger, string messageId, string fault);

    [LoggerMessage(708, LogLevel.Information, "The model {Model} is loaded.")]
    public static partial void Warmed(this ILogger logger, string model);

    [LoggerMessage(709, LogLevel.Error, "The model {Model}, which this worker is to keep warm, cannot be loaded: {Reason}")]
    public static partial void NotWarmed(this ILogger logger, Exception exception, string model, string reason);

    [LoggerMessage(707, LogLevel.Warning, "The exchange account does not answer; trying again.")]
    public static partial void StorageFailed(this ILogger logger, Exception exception);
}
