using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;

namespace DpSynth.Storage.Queues;

/// <summary>The app's end of the queue <c>run-events</c>.</summary>
public sealed class RunEventQueue(ExchangeAccount account)
{
    /// <summary>Puts an event on the queue. Nobody need take it off: it goes by itself after a week.</summary>
    public async Task SendAsync(BinaryData message, CancellationToken cancellationToken) =>
        await account.Queue(ExchangeLayout.RunEvents).SendMessageAsync(message, cancellationToken: cancellationToken);
}
