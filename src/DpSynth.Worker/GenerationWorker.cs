using Azure;
using Azure.Storage.Queues.Models;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Generation;
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
public sealed class GenerationWorker(
    WorkerStorage storage,
    ICandidateStore candidates,
    IGenerationJobRunner runner,
    IOptions<GenerationWorkerOptions> options,
    TimeProvider time,
    ILogger<GenerationWorker> logger) : BackgroundService
{
    private const int LongestReason = 500;

    private readonly GenerationWorkerOptions _options = options.Value;
    private readonly EndedRuns _ended = new(candidates, time);

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        logger.Started(_options.Concurrency);

        // Each loop takes one job when it is free to begin it: what nobody has begun stays visible to all workers.
        return Task.WhenAll(Enumerable.Range(0, _options.Concurrency).Select(_ => Task.Run(() => TakeJobsAsync(stoppingToken), stoppingToken)));
    }

    private async Task TakeJobsAsync(CancellationToken stoppingToken)
    {
        var pause = _options.ShortestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Not cancelled by the stop: a message that the service has handed out must be given back, or it stays hidden for a lease.
                QueueMessage[] messages = await storage.Jobs.ReceiveMessagesAsync(1, _options.Lease, CancellationToken.None);
                if (messages is [var message])
                {
                    pause = _options.ShortestPause;
                    await ServeAsync(message, stoppingToken);
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException or IOException)
            {
                logger.StorageFailed(exception);
                pause = _options.LongestPause;
            }

            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, _options.LongestPause.Ticks));
        }
    }

    private async Task ServeAsync(QueueMessage message, CancellationToken stoppingToken)
    {
        await using var lease = new JobLease(storage.Jobs, message, _options, time);
        var (job, fault) = JobMessage.Parse(message.MessageText);
        if (job is null)
        {
            logger.Unreadable(message.MessageId, fault!);
            await PutAwayAsync(lease);
        }
        else if (fault is not null)
        {
            await GiveUpAsync(lease, job, $"A job of generation {job.Generation} {fault}.");
        }
        else if (message.DequeueCount > _options.MaxDequeueCount)
        {
            await GiveUpAsync(lease, job, $"{Describe(job)} was begun {_options.MaxDequeueCount} times, and no worker lived to finish it.");
        }
        else
        {
            await WorkAsync(lease, job, stoppingToken);
        }
    }

    private async Task WorkAsync(JobLease lease, GenerationJob job, CancellationToken stoppingToken)
    {
        using var over = new CancellationTokenSource();
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lease.Lost, over.Token);
        try
        {
            if (await _ended.ContainsAsync(job.RunId, working.Token))
            {
                await DropAsync(lease, job);
                return;
            }

            var began = time.GetTimestamp();
            await RunUntilEndedAsync(job, over, working.Token);
            logger.Made(job.RunId, job.Generation, job.Shard, job.Count, time.GetElapsedTime(began).TotalSeconds);
            await AnswerAsync(job, error: null);
            await lease.CompleteAsync(CancellationToken.None);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            await DropAsync(lease, job);
        }
        catch (OperationCanceledException) when (working.IsCancellationRequested)
        {
            logger.Left(job.RunId, job.Generation, job.Shard);
            if (!lease.Lost.IsCancellationRequested)
            {
                await lease.AbandonAsync(TimeSpan.Zero, CancellationToken.None);
            }
        }
        catch (GenerationException exception)
        {
            await GiveUpAsync(lease, job, exception.Message);
        }
        catch (Exception exception) when (lease.Message.DequeueCount >= _options.MaxDequeueCount)
        {
            logger.TryFailed(exception, job.RunId, job.Generation, job.Shard, lease.Message.DequeueCount);
            await GiveUpAsync(lease, job, $"{Describe(job)} failed {lease.Message.DequeueCount} times, at last with: {exception.Message}");
        }
        catch (Exception exception)
        {
            logger.TryFailed(exception, job.RunId, job.Generation, job.Shard, lease.Message.DequeueCount);
            await lease.AbandonAsync(_options.RetryDelay, CancellationToken.None);
        }
    }

    /// <summary>Does a job, and breaks it off when its run ends.</summary>
    private async Task RunUntilEndedAsync(GenerationJob job, CancellationTokenSource over, CancellationToken cancellationToken)
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

    private async Task DropAsync(JobLease lease, GenerationJob job)
    {
        logger.Dropped(job.RunId, job.Generation, job.Shard);
        await lease.CompleteAsync(CancellationToken.None);
    }

    private static string Describe(GenerationJob job) => $"Shard {job.Shard} of generation {job.Generation}";

    private async Task GiveUpAsync(JobLease lease, GenerationJob job, string reason)
    {
        var sentence = reason.ReplaceLineEndings(" ");
        sentence = sentence.Length <= LongestReason ? sentence : $"{sentence[..LongestReason]}…";
        logger.GaveUp(job.RunId, job.Generation, job.Shard, sentence);
        await AnswerAsync(job, sentence);
        await PutAwayAsync(lease);
    }

    private async Task PutAwayAsync(JobLease lease)
    {
        if (storage.Poison is { } poison)
        {
            await poison.SendMessageAsync(lease.Message.MessageText, CancellationToken.None);
        }

        await lease.CompleteAsync(CancellationToken.None);
    }

    private async Task AnswerAsync(GenerationJob job, string? error)
    {
        var result = new GenerationResult(job.RunId, job.Generation, job.Shard, error);
        await storage.Results.SendMessageAsync(BinaryData.FromBytes(StorageJson.Encode(result)), cancellationToken: CancellationToken.None);
    }
}
