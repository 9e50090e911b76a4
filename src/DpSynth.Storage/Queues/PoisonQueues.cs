using Azure;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;

namespace DpSynth.Storage.Queues;

/// <summary>What could not be served.</summary>
public sealed class PoisonQueues(ExchangeAccount account)
{
    /// <summary>The poison queues that hold messages, with about how many.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountAsync(CancellationToken cancellationToken)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var queue in ExchangeLayout.Queues.Where(ExchangeLayout.IsPoison))
        {
            try
            {
                var count = (await account.Queue(queue).GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount;
                if (count > 0)
                {
                    counts.Add(queue, count);
                }
            }
            catch (RequestFailedException exception) when (exception.IsMissing())
            {
                // Nobody has poisoned anything yet.
            }
        }

        return counts;
    }
}
