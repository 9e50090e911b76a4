using System.Diagnostics;
using Azure;
using Azure.Identity;
using Azure.Storage.Queues.Models;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Telemetry;
using DpSynth.Worker.Health;
using DpSynth.Worker.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Worker;

/// <summary>
/// Takes jobs off <c>generation-jobs</c>, has them done, answers on <c>generation-results</c>, and deletes each message last: a worker
/// killed at any point leaves its job to the next one. Every answer may come twice, none is lost.
/// </summary>
/// <remarks>
/// A job that cannot be done is answered with the reason, so that its run fails with one sentence instead of waiting for ever: at once
/// where trying again is useless (<see cref="GenerationException"/>), else after
/// <see cref="GenerationWorkerOptions.MaxDequeueCount"/> tries. Where the worker's access reaches <c>generation-jobs-poison</c>, the
/// message is kept there too; on one machine it does not, for the two queues and the container are all it may touch.
/// </remarks>
internal sealed class GenerationWorker(
    WorkerStorage storage,
    ICandidateStore candidates,
    IWorkerJobRunner runner,
    IOptions<GenerationWorkerOptions> options,
    WarmUp warmUp,
    WorkerHealth health,
    WorkerInstruments instruments,
    TimeProvider time,
    ILogger<GenerationWorker> logger) : BackgroundService
{
    private const int MaxReason = 500;

    private readonly GenerationWorkerOptions _options = options.Value;
    private readonly EndedRuns _ended = new(candidates, time);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await warmUp.RunAsync(stoppingToken);
        logger.Started(_options.Concurrency);

        // Told to stop, the worker takes no more jobs at once; those at work have a while to be finished.
        using var abandoning = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var stopping = stoppingToken.Register(() =>
        {
            health.IsStopping = true;
            abandoning.CancelAfter(_options.DrainTimeout);
        });

        // Each loop takes one job when it is free to begin it: what nobody has begun stays visible to all workers.
        await Task.WhenAll(Enumerable.Range(0, _options.Concurrency)
            .Select(_ => Task.Run(() => TakeJobsAsync(stoppingToken, abandoning.Token), CancellationToken.None)));
    }

    private async Task TakeJobsAsync(CancellationToken stoppingToken, CancellationToken abandonToken)
    {
        var pause = _options.ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Not cancelled by the stop: a message that the service has handed out must be given back, or it stays hidden for a lease.
                QueueMessage[] messages = await storage.Jobs.ReceiveMessagesAsync(1, _options.Lease, CancellationToken.None);
                health.ReachesStorage = true;
                if (messages is [var message])
                {
                    pause = _options.ShortestPause;
                    await ServeAsync(message, stoppingToken.IsCancellationRequested ? stoppingToken : abandonToken);
                    continue;
                }
            }
            catch (Exception exception) when (
                exception is RequestFailedException or AuthenticationFailedException or AggregateException or IOException or OperationCanceledException)
            {
                // Nothing here is cancelled by the stop: what ends as cancelled is a call that timed out. A token may be refused for a while too.
                logger.StorageFailed(exception);
                health.ReachesStorage = false;
                pause = _options.LongestPause;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.LongestPause.Ticks));
        }
    }

    private async Task ServeAsync(QueueMessage message, CancellationToken abandonToken)
    {
        await using var lease = new JobLease(storage.Jobs, message, _options, time);
        var (job, fault) = JobMessage.Parse(message.MessageText);
        using var activity = TelemetrySource.Activities.StartActivity("generation job", ActivityKind.Consumer);
        activity?.SetTag("generation", (job as GenerationJob)?.Generation).SetTag("shard", (job as GenerationJob)?.Shard).SetTag("count", job?.Candidates);
        instruments.Began(message.DequeueCount == 1 ? time.GetUtcNow() - message.InsertedOn : null);
        var began = time.GetTimestamp();
        var outcome = JobOutcome.Failed;
        try
        {
            outcome = await ServeAsync(lease, job, fault, abandonToken);
        }
        finally
        {
            activity?.SetTag("outcome", outcome.ToLabel());
            instruments.Ended(outcome, time.GetElapsedTime(began), job?.Candidates ?? 0);
        }
    }

    private async Task<JobOutcome> ServeAsync(JobLease lease, WorkerJob? job, string? fault, CancellationToken abandonToken)
    {
        if (job is null)
        {
            logger.Unreadable(lease.Message.MessageId, fault!);
            await PutAwayAsync(lease);
            return JobOutcome.Refused;
        }

        if (fault is not null)
        {
            return await GiveUpAsync(lease, job, $"{job.Describe()} {fault}.");
        }

        return Tries(lease, job) > _options.MaxDequeueCount
            ? await GiveUpAsync(lease, job, $"{job.Describe()} was begun {_options.MaxDequeueCount} times, and no worker lived to finish it.")
            : await WorkAsync(lease, job, abandonToken);
    }

    private async Task<JobOutcome> WorkAsync(JobLease lease, WorkerJob job, CancellationToken abandonToken)
    {
        using var over = new CancellationTokenSource();
        using var working = CancellationTokenSource.CreateLinkedTokenSource(abandonToken, lease.Lost, over.Token);
        try
        {
            if (await _ended.ContainsAsync(job.RunId, working.Token))
            {
                return await DropAsync(lease, job);
            }

            var began = time.GetTimestamp();
            await RunUntilEndedAsync(job, over, working.Token);
            logger.Made(job.Describe(), job.RunId, job.Candidates, time.GetElapsedTime(began).TotalSeconds);
            await AnswerAsync(job, error: null);
            await lease.CompleteAsync(CancellationToken.None);
            return JobOutcome.Done;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            return await DropAsync(lease, job);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            logger.Left(job.Describe(), job.RunId);
            if (lease.Lost.IsCancellationRequested)
            {
                return JobOutcome.Lost;
            }

            await lease.ReturnAsync(JobMessage.Format(job with { Returns = job.Returns + 1 }), CancellationToken.None);
            return JobOutcome.Returned;
        }
        catch (GenerationException exception)
        {
            return await GiveUpAsync(lease, job, exception.Message);
        }
        catch (Exception exception) when (Tries(lease, job) >= _options.MaxDequeueCount)
        {
            logger.TryFailed(exception, job.Describe(), job.RunId, Tries(lease, job));
            return await GiveUpAsync(lease, job, $"{job.Describe()} failed {Tries(lease, job)} times, at last with: {exception.Message}");
        }
        catch (Exception exception)
        {
            logger.TryFailed(exception, job.Describe(), job.RunId, Tries(lease, job));
            await lease.AbandonAsync(_options.RetryDelay, CancellationToken.None);
            return JobOutcome.Failed;
        }
    }

    /// <summary>How often the job was begun by a worker that was not told to stop.</summary>
    private static long Tries(JobLease lease, WorkerJob job) => Math.Max(1, lease.Message.DequeueCount - job.Returns);

    /// <summary>Does a job, and breaks it off when its run ends.</summary>
    private async Task RunUntilEndedAsync(WorkerJob job, CancellationTokenSource over, CancellationToken cancellationToken)
    {
        using var finished = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = _ended.WhenAsync(job.RunId, over, finished.Token);
        try
        {
            await runner.RunAsync(job, cancellationToken);
        }
        finally
        {
            await finished.CancelAsync();
            await watch;
        }
    }

    private async Task<JobOutcome> DropAsync(JobLease lease, WorkerJob job)
    {
        logger.Dropped(job.Describe(), job.RunId);
        await lease.CompleteAsync(CancellationToken.None);
        return JobOutcome.Dropped;
    }

    private async Task<JobOutcome> GiveUpAsync(JobLease lease, WorkerJob job, string reason)
    {
        var sentence = reason.ReplaceLineEndings(" ");
        sentence = sentence.Length <= MaxReason ? sentence : $"{sentence[..MaxReason]}…";
        logger.GaveUp(job.Describe(), job.RunId, sentence);
        await AnswerAsync(job, sentence);
        await PutAwayAsync(lease);
        return JobOutcome.Refused;
    }

    private async Task PutAwayAsync(JobLease lease)
    {
        if (storage.Poison is { } poison)
        {
            await poison.SendMessageAsync(lease.Message.MessageText, CancellationToken.None);
        }

        await lease.CompleteAsync(CancellationToken.None);
    }

    private async Task AnswerAsync(WorkerJob job, string? error)
    {
        await storage.Results.SendMessageAsync(BinaryData.FromBytes(StorageJson.Encode(job.Answer(error))), cancellationToken: CancellationToken.None);
    }
}
