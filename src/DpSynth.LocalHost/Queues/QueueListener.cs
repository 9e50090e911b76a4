using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using DpSynth.LocalHost.Functions;
using DpSynth.LocalHost.Settings;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Queues;

/// <summary>
/// Drives one queue-triggered function as the Functions host does: leases renewed at half, at most batch size plus
/// threshold at once, a poison queue after the configured tries, undecodable messages poisoned without a call.
/// </summary>
internal sealed partial class QueueListener(
    FunctionEntry function,
    QueueServiceClient storage,
    string queueName,
    HostJson settings,
    FunctionInvoker invoker,
    ILogger<QueueListener> logger) : BackgroundService
{
    private const string PoisonSuffix = "-poison";

    private static readonly TimeSpan _shortestPoll = TimeSpan.FromMilliseconds(100);

    private readonly QueueClient _queue = storage.GetQueueClient(queueName);
    private readonly QueueClient _poison = storage.GetQueueClient(queueName + PoisonSuffix);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        var pause = _shortestPoll;
        try
        {
            await CreateQueueAsync(stoppingToken);
            while (true)
            {
                running.RemoveWhere(task => task.IsCompleted);
                var received = running.Count <= settings.NewBatchThreshold ? await ReceiveAsync(stoppingToken) : [];
                running.UnionWith(received.Select(message => HandleAsync(message, stoppingToken)));
                if (received.Length > 0)
                {
                    pause = _shortestPoll;
                }
                else if (running.Count > settings.NewBatchThreshold)
                {
                    await Task.WhenAny(running).WaitAsync(stoppingToken);
                }
                else
                {
                    await Task.Delay(pause, stoppingToken);
                    pause = NextPause(pause);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    private TimeSpan NextPause(TimeSpan pause)
    {
        // Doubles on average, by a factor from 1.5 to 2.5, so that listeners do not fall into step.
        var next = pause * (1.5 + Random.Shared.NextDouble());
        var longest = settings.MaxPollingInterval > _shortestPoll ? settings.MaxPollingInterval : _shortestPoll;
        return next < longest ? next : longest;
    }

    private async Task CreateQueueAsync(CancellationToken stop)
    {
        for (var created = false; !created;)
        {
            try
            {
                await _queue.CreateIfNotExistsAsync(cancellationToken: stop);
                created = true;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                LogStorage(logger, e, _queue.Name);
                await Task.Delay(TimeSpan.FromSeconds(1), stop);
            }
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync(CancellationToken stop)
    {
        try
        {
            return await _queue.ReceiveMessagesAsync(settings.BatchSize, settings.QueueLease, stop);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            LogStorage(logger, e, _queue.Name);
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken stop)
    {
        try
        {
            if (QueueBinding.Decode(message.Body, settings.Base64Messages) is not { } body)
            {
                LogUndecodable(logger, message.MessageId, _queue.Name);
                await PoisonAsync(message, message.PopReceipt);
                return;
            }

            if (message.DequeueCount > settings.MaxDequeueCount)
            {
                await PoisonAsync(message, message.PopReceipt);
                return;
            }

            await InvokeAsync(message, QueueBinding.WithBody(message, body), stop);
        }
        catch (Exception e)
        {
            // The lease runs out and the message comes again.
            LogStorage(logger, e, _queue.Name);
        }
    }

    private async Task InvokeAsync(QueueMessage message, QueueMessage decoded, CancellationToken stop)
    {
        using var done = new CancellationTokenSource();
        var renewal = RenewAsync(message, done.Token);
        Exception? failure = null;
        try
        {
            await invoker.InvokeAsync(function, type => QueueBinding.Bind(decoded, type), QueueBinding.Metadata(decoded), stop);
        }
        catch (Exception e)
        {
            failure = e;
        }

        await done.CancelAsync();
        var receipt = await renewal;
        if (failure is null)
        {
            await IgnoreLostLeaseAsync(() => _queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None));
        }
        else if (stop.IsCancellationRequested)
        {
            await ReleaseAsync(message, receipt, TimeSpan.Zero);
        }
        else
        {
            LogFailed(logger, failure, function.Name, message.MessageId, message.DequeueCount);
            if (message.DequeueCount >= settings.MaxDequeueCount)
            {
                await PoisonAsync(message, receipt);
            }
            else if (!IsPoisonQueue)
            {
                await ReleaseAsync(message, receipt, settings.VisibilityTimeout);
            }
        }
    }

    private bool IsPoisonQueue => _queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal);

    /// <summary>Renews the lease while the function runs; returns the receipt that is valid at the end.</summary>
    private async Task<string> RenewAsync(QueueMessage message, CancellationToken done)
    {
        var receipt = message.PopReceipt;
        var wait = settings.QueueLease / 2;
        try
        {
            while (true)
            {
                await Task.Delay(wait, done);
                try
                {
                    // Not interrupted by the end of the function, or the new receipt would be lost.
                    receipt = (await _queue.UpdateMessageAsync(
                        message.MessageId, receipt, visibilityTimeout: settings.QueueLease, cancellationToken: CancellationToken.None)).Value.PopReceipt;
                    wait = settings.QueueLease / 2;
                }
                catch (RequestFailedException e)
                {
                    LogStorage(logger, e, _queue.Name);
                    wait = settings.QueueLease / 10;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return receipt;
        }
    }

    private async Task PoisonAsync(QueueMessage message, string receipt)
    {
        if (IsPoisonQueue)
        {
            return;
        }

        LogPoisoned(logger, message.MessageId, _queue.Name, message.DequeueCount);
        await _poison.CreateIfNotExistsAsync();
        await _poison.SendMessageAsync(message.Body);
        await IgnoreLostLeaseAsync(() => _queue.DeleteMessageAsync(message.MessageId, receipt, CancellationToken.None));
    }

    private Task ReleaseAsync(QueueMessage message, string receipt, TimeSpan wait) => IgnoreLostLeaseAsync(
        () => _queue.UpdateMessageAsync(message.MessageId, receipt, visibilityTimeout: wait, cancellationToken: CancellationToken.None));

    /// <summary>A stale receipt is no error: somebody else has the message now.</summary>
    private static async Task IgnoreLostLeaseAsync(Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (RequestFailedException e) when (e.Status is 400 or 404 && e.ErrorCode is "PopReceiptMismatch" or "MessageNotFound")
        {
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue}: storage did not answer as expected.")]
    private static partial void LogStorage(ILogger logger, Exception exception, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} is not base64 and goes to the poison queue as it is.")]
    private static partial void LogUndecodable(ILogger logger, string messageId, string queue);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Function} failed for message {MessageId} on try {Try}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string function, string messageId, long @try);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of queue {Queue} goes to the poison queue after {Tries} tries.")]
    private static partial void LogPoisoned(ILogger logger, string messageId, string queue, long tries);
}
