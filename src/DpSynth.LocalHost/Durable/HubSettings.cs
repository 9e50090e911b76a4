using DurableTask.AzureStorage;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>Where a task hub is, and how this host works on it.</summary>
internal sealed record HubSettings
{
    /// <summary>The hub's name, with which its queues, tables and containers begin.</summary>
    public required string HubName { get; init; }

    /// <summary>The account that holds it.</summary>
    public required StorageAccountClientProvider Storage { get; init; }

    /// <summary>
    /// This host among those that share the hub. The same after a restart, so that a host that was killed has its partitions back at once;
    /// never the same for two that run, for they would both act on one partition.
    /// </summary>
    public required string HostId { get; init; }

    /// <summary>Whether other hosts may work on the hub too.</summary>
    public required bool IsShared { get; init; }

    /// <summary>
    /// Whether the storage died without saving. Its queues and tables then tell of different moments, and an orchestration may wait for a message that
    /// is gone: the hub is made anew, and whoever knows what was at work starts it again.
    /// </summary>
    public bool HasDied { get; init; }

    /// <summary>How many activities may run at once.</summary>
    public required int MaxConcurrentActivities { get; init; }

    /// <summary>How many orchestrators may take a step at once.</summary>
    public required int MaxConcurrentOrchestrators { get; init; }

    /// <summary>
    /// How long what a killed host had in hand stays hidden from the others, or from itself after a restart. The engine renews every 5
    /// seconds; Azure's default is 5 minutes.
    /// </summary>
    public TimeSpan Visibility { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>After this time without renewal a host's partitions are free for others.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The longest wait between two looks into an empty queue. What this host queues for itself wakes it at once; only what other hosts queue
    /// waits so long, and then only where the hub was quiet. So an idle host asks about twice a second and queue.
    /// </summary>
    public TimeSpan MaxPollingInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The settings in the engine's own terms.</summary>
    public AzureStorageOrchestrationServiceSettings ForService(ILoggerFactory loggerFactory) => new()
    {
        TaskHubName = HubName,
        StorageAccountClientProvider = Storage,
        WorkerId = HostId,
        LoggerFactory = loggerFactory,

        // A hub keeps the number with which it was made. One partition costs least to poll; four can be spread over four hosts.
        PartitionCount = IsShared ? 4 : 1,
        MaxConcurrentTaskActivityWorkItems = MaxConcurrentActivities,
        MaxConcurrentTaskOrchestrationWorkItems = MaxConcurrentOrchestrators,
        ControlQueueVisibilityTimeout = Visibility,
        WorkItemQueueVisibilityTimeout = Visibility,
        LeaseInterval = Lease,
        LeaseRenewInterval = Lease / 3,
        LeaseAcquireInterval = Lease / 10,
        MaxQueuePollingInterval = MaxPollingInterval,

        // An orchestrator that is soon asked again goes on where it stands, without a replay of its history.
        ExtendedSessionsEnabled = true,
        ExtendedSessionIdleTimeout = TimeSpan.FromSeconds(5),

        // The hosts that share a hub all work; a lease on the whole of it would let one.
        UseAppLease = false,

        // The client's contract; without it a second start is ignored in silence.
        ThrowExceptionOnInvalidDedupeStatus = true,

        // A host that stalled may write late: never over the end of an instance that another host has ended.
        UseInstanceTableEtag = true,
    };
}
