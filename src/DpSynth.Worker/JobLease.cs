using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace DpSynth.Worker;

/// <summary>
/// The right to work on one message: keeps it hidden from other workers until it is completed or abandoned. When the right is lost
/// (the renewal came too late, somebody else has the message), <see cref="Lost"/> is cancelled.
/// </summary>
internal sealed class JobLease : IAsyncDisposable
{
    private readonly QueueClient _queue;
    private readonly GenerationWorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly Task _renewal;
    private string _receipt;

    public JobLease(QueueClient queue, QueueMessage message, GenerationWorkerOptions options, TimeProvider time)
    {
        _queue = queue;
        _options = options;
        _time = time;
        _receipt = message.PopReceipt;
        Message = message;
        Lost = _lost.Token;
        _renewal = RenewAsync();
    }

    /// <summary>The message.</summary>
    public QueueMessage Message { get; }

    /// <summary>Cancelled when the message belongs to somebody else.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Deletes the message: the job is done, or can never be.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await StopRenewingAsync();
        await TryAsync(() => _queue.DeleteMessageAsync(Message.MessageId, _receipt, cancellationToken));
    }

    /// <summary>Shows the message to the other workers at once, with a new text: in one call, so that the job is never there twice.</summary>
    public async Task ReturnAsync(BinaryData text, CancellationToken cancellationToken)
    {
        await StopRenewingAsync();
        await TryAsync(() => _queue.UpdateMessageAsync(Message.MessageId, _receipt, text, TimeSpan.Zero, cancellationToken));
    }

    /// <summary>Shows the message to the other workers again.</summary>
    /// <param name="delay">How long it stays hidden.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async Task AbandonAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        await StopRenewingAsync();
        await TryAsync(() => _queue.UpdateMessageAsync(Message.MessageId, _receipt, Message.Body, delay, cancellationToken));
    }

    /// <summary>Stops renewing; what was neither completed nor abandoned shows again when the lease runs out.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopRenewingAsync();
        _stop.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(_options.RenewEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                // Not cancelled by the stop: a renewal that the service has seen must hand its receipt over.
                var update = await _queue.UpdateMessageAsync(
                    Message.MessageId, _receipt, Message.Body, _options.Lease, CancellationToken.None);
                _receipt = update.Value.PopReceipt;
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The job is over.
        }
        catch (Exception)
        {
            // Somebody else has the message, or the service is out of reach and somebody else may soon have it.
            await _lost.CancelAsync();
        }
    }

    private static bool IsLost(RequestFailedException exception) => exception.Status is 400 or 404;

    private static async Task TryAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RequestFailedException exception) when (IsLost(exception))
        {
            // Somebody else has the message and answers for it.
        }
    }

    private async Task StopRenewingAsync()
    {
        await _stop.CancelAsync();
        await _renewal;
    }
}
