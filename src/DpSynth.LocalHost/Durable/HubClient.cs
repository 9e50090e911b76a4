using DurableTask.AzureStorage;
using DurableTask.Core;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using CoreOrchestrationQuery = DurableTask.Core.Query.OrchestrationQuery;
using OrchestrationQuery = Microsoft.DurableTask.Client.OrchestrationQuery;
using PurgeResult = Microsoft.DurableTask.Client.PurgeResult;

namespace DpSynth.LocalHost.Durable;

/// <summary>The client that functions get for <c>[DurableClient]</c>, over the task hub itself.</summary>
internal sealed class HubClient(AzureStorageOrchestrationService hub, string hubName) : DurableTaskClient(hubName)
{
    // The tighter of the two Azure backends' limits.
    private const int MaxIdLength = 100;

    private static readonly DataConverter _converter = WorkerDataConverter.Instance;

    /// <summary>The states that block a new start under the same id unless the caller lists others.</summary>
    private static readonly OrchestrationStatus[] _running =
        [OrchestrationStatus.Pending, OrchestrationStatus.Running, OrchestrationStatus.Suspended];

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var instance = new OrchestrationInstance
        {
            InstanceId = options?.InstanceId ?? Guid.NewGuid().ToString("N"),
            ExecutionId = Guid.NewGuid().ToString("N"),
        };
        RequireValid(instance.InstanceId);
        var start = new TaskMessage
        {
            OrchestrationInstance = instance,
            Event = new ExecutionStartedEvent(-1, _converter.Serialize(input))
            {
                Name = orchestratorName.Name,
                Version = options?.Version?.Version ?? string.Empty,
                OrchestrationInstance = instance,
                ScheduledStartTime = options?.StartAt?.UtcDateTime,
                Tags = options?.Tags.ToDictionary(StringComparer.Ordinal),
            },
        };
        var blocking = Blocking(options?.DedupeStatuses);
        if (!blocking.Contains(OrchestrationStatus.Running))
        {
            await EndRunningAsync(instance.InstanceId, cancellation);
        }

        await hub.CreateTaskOrchestrationAsync(start, blocking);
        return instance.InstanceId;
    }

    public override async Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        // The hub would keep an event for nobody in its queue, and look at it again and again.
        if (await GetInstanceAsync(instanceId, cancellation) is { IsCompleted: false })
        {
            await SendAsync(instanceId, new EventRaisedEvent(-1, _converter.Serialize(eventPayload)) { Name = eventName });
        }
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, instance => instance.RuntimeStatus != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, instance => instance.IsCompleted, getInputsAndOutputs, cancellation);

    /// <summary>Ends an instance at once.</summary>
    /// <exception cref="NotSupportedException">Sub-orchestrations are to be terminated too, which the hub cannot.</exception>
    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        options is { Recursive: true }
            ? throw new NotSupportedException("The task hub cannot terminate sub-orchestrations with their parent: terminate each of them.")
            : SendAsync(instanceId, new ExecutionTerminatedEvent(-1, _converter.Serialize(options?.Output)));

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionSuspendedEvent(-1, reason));

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new ExecutionResumedEvent(-1, reason));

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        var states = await hub.GetOrchestrationStateAsync(instanceId, allExecutions: false, fetchInput: getInputsAndOutputs);
        return states is [{ } state, ..] ? Describe(state, getInputsAndOutputs) : null;
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new Pages(hub, filter ?? new OrchestrationQuery());

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        // The hub would purge a running instance as well, and leave its messages behind.
        if (await GetInstanceAsync(instanceId, cancellation) is not { IsCompleted: true })
        {
            return new PurgeResult(0);
        }

        return new PurgeResult((await hub.PurgeInstanceHistoryAsync(instanceId)).InstancesDeleted);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var count = 0;
        await foreach (var instance in GetAllInstancesAsync(new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses))
            .WithCancellation(cancellation))
        {
            count += (await PurgeInstanceAsync(instance.InstanceId, options, cancellation)).PurgedInstanceCount;
        }

        return new PurgeResult(count, isComplete: true);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void RequireValid(string id)
    {
        if (id.Length is 0 or > MaxIdLength || id[0] == '@' || id.Any(c => char.IsControl(c) || c is '/' or '\\' or '#' or '?'))
        {
            throw new ArgumentException(
                $"'{id}' cannot be an instance id: use 1 to {MaxIdLength} characters, none of / \\ # ? or control characters, and no @ first.");
        }
    }

    private static OrchestrationStatus[] Blocking(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return _running;
        }

        var statuses = names.Select(Parse).ToArray();
        return statuses.Contains(OrchestrationStatus.Terminated) && !_running.All(statuses.Contains)
            ? throw new ArgumentException("Dedupe statuses that hold Terminated must also hold Pending, Running and Suspended.")
            : statuses;

        static OrchestrationStatus Parse(string name) =>
            Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
            && StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Contains(status)
                ? (OrchestrationStatus)(int)status
                : throw new ArgumentException($"'{name}' is not a status by which starts are deduplicated.");
    }

    private static OrchestrationMetadata Describe(OrchestrationState state, bool withData) => new(state.Name, state.OrchestrationInstance.InstanceId)
    {
        RuntimeStatus = state.OrchestrationStatus switch
        {
            OrchestrationStatus.ContinuedAsNew => OrchestrationRuntimeStatus.Running,

            // A host that was killed in its first turn leaves this state behind, and no later turn writes another before the last.
            OrchestrationStatus.Pending when state.Status is not null => OrchestrationRuntimeStatus.Running,
            var status => (OrchestrationRuntimeStatus)(int)status,
        },
        CreatedAt = Utc(state.CreatedTime),
        LastUpdatedAt = Utc(state.LastUpdatedTime),
        SerializedInput = withData ? state.Input : null,
        SerializedOutput = withData && state.OrchestrationStatus != OrchestrationStatus.Failed ? state.Output : null,
        SerializedCustomStatus = withData ? state.Status : null,
        FailureDetails = state.OrchestrationStatus == OrchestrationStatus.Failed ? Failure(state) : null,
        Tags = state.Tags is { } tags ? tags.ToDictionary(StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal),
        DataConverter = withData ? _converter : null,
    };

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <summary>The hub keeps a failure as its text only: the exception's type, a colon, its message.</summary>
    private static TaskFailureDetails Failure(OrchestrationState state)
    {
        if (state.FailureDetails is { } details)
        {
            return new TaskFailureDetails(details.ErrorType, details.ErrorMessage, details.StackTrace, null, null);
        }

        var text = state.Output ?? string.Empty;
        return text.Split(": ", 2) is [var type, var message] && !type.Contains(' ', StringComparison.Ordinal)
            ? new TaskFailureDetails(type, message, null, null, null)
            : new TaskFailureDetails("(unknown)", text, null, null, null);
    }

    private Task SendAsync(string instanceId, HistoryEvent happening) => hub.SendTaskOrchestrationMessageAsync(new TaskMessage
    {
        OrchestrationInstance = new OrchestrationInstance { InstanceId = instanceId },
        Event = happening,
    });

    private async Task EndRunningAsync(string instanceId, CancellationToken cancellation)
    {
        if (await GetInstanceAsync(instanceId, cancellation) is { IsCompleted: false })
        {
            await TerminateInstanceAsync(instanceId, new TerminateInstanceOptions { Output = "Replaced by a new instance of the same id." }, cancellation);
            await WaitForInstanceCompletionAsync(instanceId, cancellation);
        }
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationMetadata, bool> until, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        for (var pause = TimeSpan.FromMilliseconds(20); ; pause = pause < TimeSpan.FromSeconds(1) ? pause * 1.5 : pause)
        {
            var instance = await GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation)
                ?? throw new InvalidOperationException($"There is no orchestration with the instance id '{instanceId}'.");
            if (until(instance))
            {
                return instance;
            }

            await Task.Delay(pause, cancellation);
        }
    }

    private sealed class Pages(AzureStorageOrchestrationService hub, OrchestrationQuery query) : AsyncPageable<OrchestrationMetadata>
    {
        public override async IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(
            string? continuationToken = default, int? pageSizeHint = default)
        {
            var asked = new CoreOrchestrationQuery
            {
                RuntimeStatus = query.Statuses?.Select(status => (OrchestrationStatus)(int)status).ToArray(),
                CreatedTimeFrom = query.CreatedFrom?.UtcDateTime,
                CreatedTimeTo = query.CreatedTo?.UtcDateTime,
                InstanceIdPrefix = query.InstanceIdPrefix,
                FetchInputsAndOutputs = query.FetchInputsAndOutputs,
                PageSize = pageSizeHint ?? query.PageSize,
                ContinuationToken = continuationToken ?? query.ContinuationToken,
            };
            do
            {
                var found = await hub.GetOrchestrationWithQueryAsync(asked, CancellationToken.None);
                asked.ContinuationToken = found.ContinuationToken;
                yield return new Page<OrchestrationMetadata>(
                    [.. found.OrchestrationState.Select(state => Describe(state, query.FetchInputsAndOutputs))], found.ContinuationToken);
            }
            while (asked.ContinuationToken is not null);
        }
    }
}
