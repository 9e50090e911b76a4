using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// Runs orchestrations by replaying journals, for one process on one hub. Stopping it, in order or by a kill, loses nothing that the
/// journals hold: the next start goes on from there, and activities that had not ended run again.
/// </summary>
internal sealed partial class JournaledOrchestrationEngine : IAsyncDisposable
{
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, OrchestrationInstance> _live = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Task, bool> _background = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _starting = new(1);
    private readonly SemaphoreSlim _activities;
    private readonly SemaphoreSlim _turns;
    private readonly TimeProvider _time;

    /// <summary>Makes an engine that does nothing until it is started.</summary>
    /// <param name="store">The hub's storage.</param>
    /// <param name="functions">The app's orchestrators and activities.</param>
    /// <param name="maxConcurrentActivities">How many activities may run at once, at least 1.</param>
    /// <param name="loggerFactory">Loggers for the engine and the orchestrators.</param>
    /// <param name="time">The clock.</param>
    /// <param name="maxConcurrentTurns">How many orchestrators may take a turn at once, at least 1.</param>
    public JournaledOrchestrationEngine(
        JournalStore store, ITaskFunctions functions, int maxConcurrentActivities, ILoggerFactory loggerFactory, TimeProvider time, int maxConcurrentTurns = 10)
    {
        Store = store;
        Functions = functions;
        LoggerFactory = loggerFactory;
        Logger = loggerFactory.CreateLogger("DpSynth.LocalHost.Durable");
        _activities = new SemaphoreSlim(maxConcurrentActivities);
        _turns = new SemaphoreSlim(maxConcurrentTurns);
        _time = time;
    }

    public JournalStore Store { get; }

    public ITaskFunctions Functions { get; }

    public ILoggerFactory LoggerFactory { get; }

    public ILogger Logger { get; }

    public DataConverter Converter { get; } = WorkerDataConverter.Instance;

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Loads what has not ended and goes on with it.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Store.EnsureAsync(cancellationToken);
        List<OrchestrationInstance> loaded = [];
        await foreach (var id in Store.ListAsync(liveOnly: true, cancellationToken))
        {
            try
            {
                if (await Store.ReadAsync(id, cancellationToken) is { HasEnded: false } record)
                {
                    var journal = await Store.OpenJournalAsync(id, record.Execution, cancellationToken);
                    loaded.Add(Register(record, journal));
                    InBackground(token => Store.DeleteJournalsAsync(id, record.Execution, token));
                }
            }
            catch (Exception e) when (e is Azure.RequestFailedException { Status: 404 } or InvalidDataException)
            {
                LogUnreadable(Logger, e, id);
            }
        }

        // Only now, so that an instance finds those that it waits for.
        loaded.ForEach(instance => InBackground(instance.RunAsync));
    }

    /// <summary>Starts an instance, unless one of that id is in a state that blocks it.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">It is.</exception>
    public async Task StartInstanceAsync(
        InstanceRecord draft, IReadOnlySet<OrchestrationRuntimeStatus> blocking, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        await _starting.WaitAsync(either.Token);
        try
        {
            var existing = await FindAsync(draft.InstanceId, either.Token);
            if (existing is not null && blocking.Contains(existing.Status))
            {
                throw new OrchestrationAlreadyExistsException(
                    $"An orchestration with the instance id '{draft.InstanceId}' exists already; its state is {existing.Status}.");
            }

            if (_live.TryGetValue(draft.InstanceId, out var running))
            {
                await SendAsync(draft.InstanceId, new InstanceMessage.Terminate(null), either.Token);
                await running.Ended.WaitAsync(either.Token);
            }

            var record = draft with { Execution = (existing?.Execution ?? 0) + 1 };
            JournalEntry[] first = [new ExecutionStarted((record.StartAt ?? Now).UtcDateTime, record.Input)];
            var journal = await Store.CreateJournalAsync(record.InstanceId, record.Execution, first, either.Token);
            await Store.WriteAsync(record, either.Token);
            InBackground(Register(record, journal).RunAsync);
            if (existing is not null)
            {
                InBackground(token => Store.DeleteJournalsAsync(record.InstanceId, record.Execution, token));
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Hands a message to a live instance and waits until its effect is durable; false if there is no such instance.</summary>
    public async Task<bool> SendAsync(string instanceId, InstanceMessage message, CancellationToken cancellationToken)
    {
        if (!_live.TryGetValue(instanceId, out var instance) || !instance.Post(message))
        {
            return false;
        }

        await message.DealtWith.WaitAsync(cancellationToken);
        return true;
    }

    /// <summary>An instance's record; null if there is none.</summary>
    public async Task<InstanceRecord?> FindAsync(string instanceId, CancellationToken cancellationToken) =>
        _live.TryGetValue(instanceId, out var live) ? live.Record : await Store.ReadAsync(instanceId, cancellationToken);

    /// <summary>The live instance of that id, if there is one.</summary>
    public OrchestrationInstance? FindLive(string instanceId) => _live.GetValueOrDefault(instanceId);

    /// <summary>Ends an instance, and those it called if asked to.</summary>
    public async Task TerminateAsync(string instanceId, string? output, bool recursive, CancellationToken cancellationToken)
    {
        string[] children = recursive && FindLive(instanceId) is { } instance ? [.. instance.Children] : [];
        await SendAsync(instanceId, new InstanceMessage.Terminate(output), cancellationToken);
        foreach (var child in children)
        {
            await TerminateAsync(child, output, recursive, cancellationToken);
        }
    }

    /// <summary>Does what a call asks for and says how it ended. A call that the engine's stop interrupted has not ended.</summary>
    public async Task<Happening> PerformAsync(InstanceRecord caller, Call call, CancellationToken stop)
    {
        try
        {
            return call switch
            {
                ActivityCall activity => Completed(await RunActivityAsync(activity, caller.InstanceId, stop)),
                SubOrchestrationCall child => await RunChildAsync(caller, child, stop),
                SendEventCall sent => Completed(await DeliverAsync(sent, stop)),
                _ => throw new ArgumentOutOfRangeException(nameof(call), call.Describe(), "The engine does not perform such calls."),
            };
        }
        catch (Exception e)
        {
            stop.ThrowIfCancellationRequested();
            return new CallFailed(Now.UtcDateTime, call.Number, Turn.Describe(e));
        }

        CallCompleted Completed(string? result) => new(Now.UtcDateTime, call.Number, result);
    }

    /// <summary>Takes a turn of an orchestrator when there is room for it.</summary>
    public async Task<TurnOutcome> TakeTurnAsync(Func<TurnOutcome> turn, CancellationToken stop)
    {
        await _turns.WaitAsync(stop);
        try
        {
            return await Task.Run(turn, stop);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Does something aside, until the engine stops.</summary>
    public void InBackground(Func<CancellationToken, Task> work)
    {
        var task = Task.Run(() => GuardAsync(work));
        _background.TryAdd(task, true);
        _ = task.ContinueWith(
            done => _background.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Takes note that an instance is no longer live.</summary>
    public void HasEnded(OrchestrationInstance instance) =>
        _live.TryRemove(KeyValuePair.Create(instance.Record.InstanceId, instance));

    /// <summary>Stops: nothing is written any more, running activities are cancelled and given a moment to end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_background.Keys).WaitAsync(_grace);
        }
        catch (TimeoutException)
        {
            LogStillRunning(Logger, _background.Count);
        }
    }

    private OrchestrationInstance Register(InstanceRecord record, Journal journal)
    {
        var instance = new OrchestrationInstance(this, record, journal);
        _live[record.InstanceId] = instance;
        return instance;
    }

    private async Task GuardAsync(Func<CancellationToken, Task> work)
    {
        try
        {
            await work(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The engine stops, or nobody wants the result any more.
        }
        catch (Exception e)
        {
            LogBackground(Logger, e);
        }
    }

    private async Task<string?> RunActivityAsync(ActivityCall call, string instanceId, CancellationToken stop)
    {
        await _activities.WaitAsync(stop);
        try
        {
            return await Functions.RunActivityAsync(call.Name, call.Input, instanceId, stop);
        }
        finally
        {
            _activities.Release();
        }
    }

    private async Task<string?> DeliverAsync(SendEventCall call, CancellationToken stop)
    {
        await SendAsync(
            call.InstanceId, new InstanceMessage.Event(new EventRaised(Now.UtcDateTime, call.Name, call.Payload)), stop);
        return null;
    }

    private async Task<Happening> RunChildAsync(InstanceRecord caller, SubOrchestrationCall call, CancellationToken stop)
    {
        var parent = new ParentCall(caller.Name, caller.InstanceId, caller.Execution, call.Number);
        var child = await FindAsync(call.InstanceId, stop);
        if (child?.Parent != parent)
        {
            var now = Now;
            await StartInstanceAsync(
                new InstanceRecord
                {
                    InstanceId = call.InstanceId,
                    Name = call.Name,
                    Execution = 0,
                    Status = OrchestrationRuntimeStatus.Pending,
                    CreatedAt = now,
                    LastUpdatedAt = now,
                    Input = call.Input,
                    Parent = parent,
                },
                LocalDurableTaskClient.RunningStatuses,
                stop);
        }

        if (FindLive(call.InstanceId) is { } live)
        {
            await live.Ended.WaitAsync(stop);
        }

        child = await FindAsync(call.InstanceId, stop);
        return child switch
        {
            { Status: OrchestrationRuntimeStatus.Completed } => new CallCompleted(Now.UtcDateTime, call.Number, child.Output),
            { Failure: { } failure } => new CallFailed(Now.UtcDateTime, call.Number, failure),
            _ => throw new InvalidOperationException($"The sub-orchestration '{call.Name}' was terminated."),
        };
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Orchestration instance {InstanceId} cannot be read and stays where it is.")]
    private static partial void LogUnreadable(ILogger logger, Exception exception, string instanceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Background work of the orchestration engine failed.")]
    private static partial void LogBackground(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} pieces of work ignored the wish to stop and are left behind.")]
    private static partial void LogStillRunning(ILogger logger, int count);
}
