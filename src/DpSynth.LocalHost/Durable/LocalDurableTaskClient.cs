using System.Runtime.CompilerServices;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Durable;

/// <summary>The client that functions get for <c>[DurableClient]</c>, over the local engine.</summary>
internal sealed class LocalDurableTaskClient(JournaledOrchestrationEngine engine, string hubName) : DurableTaskClient(hubName)
{
    /// <summary>The states that block a new start under the same id unless the caller lists others.</summary>
    public static readonly IReadOnlySet<OrchestrationRuntimeStatus> RunningStatuses = new HashSet<OrchestrationRuntimeStatus>
    {
        OrchestrationRuntimeStatus.Pending,
        OrchestrationRuntimeStatus.Running,
        OrchestrationRuntimeStatus.Suspended,
    };

    // The tighter of the two Azure backends' limits.
    private const int MaxIdLength = 100;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName,
        object? input = null,
        StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        var id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        RequireValid(id);
        var now = engine.Now;
        var record = new InstanceRecord
        {
            InstanceId = id,
            Name = orchestratorName,
            Execution = 0,
            Status = OrchestrationRuntimeStatus.Pending,
            CreatedAt = now,
            LastUpdatedAt = now,
            StartAt = options?.StartAt,
            Input = engine.Converter.Serialize(input),
            Tags = options?.Tags is { Count: > 0 } tags ? tags : null,
        };
        await engine.StartInstanceAsync(record, Blocking(options?.DedupeStatuses), cancellation);
        return id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default) =>
        engine.SendAsync(
            instanceId,
            new InstanceMessage.Event(new EventRaised(engine.Now.UtcDateTime, eventName, engine.Converter.Serialize(eventPayload))),
            cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, live => live.Started, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, live => live.Ended, getInputsAndOutputs, cancellation);

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        engine.TerminateAsync(instanceId, engine.Converter.Serialize(options?.Output), options?.Recursive ?? false, cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        engine.SendAsync(instanceId, new InstanceMessage.Suspend(), cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        engine.SendAsync(instanceId, new InstanceMessage.Resume(), cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        var record = await engine.FindAsync(instanceId, cancellation);
        return record?.ToMetadata(getInputsAndOutputs ? engine.Converter : null);
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new Pages(engine, filter ?? new OrchestrationQuery());

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        if (await engine.FindAsync(instanceId, cancellation) is not { HasEnded: true })
        {
            return new PurgeResult(0);
        }

        await engine.Store.DeleteJournalsAsync(instanceId, null, cancellation);
        await engine.Store.DeleteRecordAsync(instanceId, cancellation);
        return new PurgeResult(1);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        var query = new OrchestrationQuery(filter.CreatedFrom, filter.CreatedTo, filter.Statuses);
        var count = 0;
        await foreach (var instance in GetAllInstancesAsync(query).WithCancellation(cancellation))
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

    private static IReadOnlySet<OrchestrationRuntimeStatus> Blocking(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return RunningStatuses;
        }

        var statuses = names.Select(Parse).ToHashSet();
        return statuses.Contains(OrchestrationRuntimeStatus.Terminated) && !statuses.IsSupersetOf(RunningStatuses)
            ? throw new ArgumentException("Dedupe statuses that hold Terminated must also hold Pending, Running and Suspended.")
            : statuses;

        static OrchestrationRuntimeStatus Parse(string name) =>
            Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
            && StartOrchestrationOptionsExtensions.ValidDedupeStatuses.Contains(status)
                ? status
                : throw new ArgumentException($"'{name}' is not a status by which starts are deduplicated.");
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<OrchestrationInstance, Task> until, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        if (engine.FindLive(instanceId) is { } live)
        {
            await until(live).WaitAsync(cancellation);
        }

        var record = await engine.FindAsync(instanceId, cancellation)
            ?? throw new InvalidOperationException($"There is no orchestration with the instance id '{instanceId}'.");
        return record.ToMetadata(getInputsAndOutputs ? engine.Converter : null);
    }

    private sealed class Pages(JournaledOrchestrationEngine engine, OrchestrationQuery query) : AsyncPageable<OrchestrationMetadata>
    {
        public override async IAsyncEnumerable<Page<OrchestrationMetadata>> AsPages(
            string? continuationToken = default, int? pageSizeHint = default)
        {
            var size = pageSizeHint ?? query.PageSize;
            List<OrchestrationMetadata> page = [];
            await foreach (var instance in MatchesAsync(continuationToken ?? query.ContinuationToken, CancellationToken.None))
            {
                if (page.Count == size)
                {
                    yield return new Page<OrchestrationMetadata>(page, page[^1].InstanceId);
                    page = [];
                }

                page.Add(instance);
            }

            yield return new Page<OrchestrationMetadata>(page);
        }

        private async IAsyncEnumerable<OrchestrationMetadata> MatchesAsync(
            string? after, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var converter = query.FetchInputsAndOutputs ? engine.Converter : null;
            await foreach (var id in engine.Store.ListAsync(liveOnly: false, cancellationToken))
            {
                if ((after is null || string.CompareOrdinal(Uri.EscapeDataString(id), Uri.EscapeDataString(after)) > 0)
                    && (query.InstanceIdPrefix is not { } prefix || id.StartsWith(prefix, StringComparison.Ordinal))
                    && await engine.FindAsync(id, cancellationToken) is { } record
                    && Matches(record))
                {
                    yield return record.ToMetadata(converter);
                }
            }
        }

        private bool Matches(InstanceRecord record) =>
            (query.CreatedFrom is not { } from || record.CreatedAt >= from)
            && (query.CreatedTo is not { } to || record.CreatedAt <= to)
            && (query.Statuses is not { } statuses || !statuses.Any() || statuses.Contains(record.Status));
    }
}
