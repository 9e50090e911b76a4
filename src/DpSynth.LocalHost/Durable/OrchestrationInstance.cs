using System.Threading.Channels;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Durable;

/// <summary>
/// A live instance. It deals with its messages one batch after the other: one turn of the orchestrator, one append to the journal with
/// what arrived and what the turn asked for, and only then the new calls are begun.
/// </summary>
internal sealed partial class OrchestrationInstance(JournaledOrchestrationEngine engine, InstanceRecord loaded, Journal loadedJournal)
{
    private static readonly TimeSpan _longestPause = TimeSpan.FromSeconds(30);

    private readonly Channel<InstanceMessage> _inbox = Channel.CreateUnbounded<InstanceMessage>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<int, CancellationTokenSource> _begun = [];
    private Journal _journal = loadedJournal;
    private int _processed = AlreadyProcessed(loadedJournal.Entries);
    private volatile InstanceRecord _record = loaded;

    /// <summary>The instance as the outside sees it.</summary>
    public InstanceRecord Record => _record;

    /// <summary>Completes when the first turn is over.</summary>
    public Task Started => _started.Task;

    /// <summary>Completes when the instance has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Children that the current execution has called.</summary>
    public IEnumerable<string> Children => _journal.Entries.OfType<SubOrchestrationCall>().Select(call => call.InstanceId);

    private bool IsSuspended => _record.Status == OrchestrationRuntimeStatus.Suspended;

    /// <summary>Hands over a message; false if the instance has ended.</summary>
    public bool Post(InstanceMessage message) => _inbox.Writer.TryWrite(message);

    /// <summary>Lives until the instance has ended or the engine stops.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var pause = TimeSpan.Zero;
        List<InstanceMessage> batch = [];
        try
        {
            if (_record.StartAt is { } start)
            {
                await DelayUntilAsync(start.UtcDateTime, stop);
            }

            Post(new InstanceMessage.Begin());
            while (!_record.HasEnded && await _inbox.Reader.WaitToReadAsync(stop))
            {
                try
                {
                    while (_inbox.Reader.TryRead(out var message))
                    {
                        batch.Add(message);
                    }

                    await DealWithAsync(batch, stop);
                    batch.ForEach(message => message.Confirm());
                    batch.Clear();
                    pause = TimeSpan.Zero;
                }
                catch (Exception e) when (!stop.IsCancellationRequested)
                {
                    // Storage is away or refused the write. What it holds is the truth: read it again, then deal with the batch anew.
                    pause = pause == TimeSpan.Zero ? TimeSpan.FromMilliseconds(200) : pause * 2 < _longestPause ? pause * 2 : _longestPause;
                    LogTurnFailed(engine.Logger, e, _record.InstanceId, pause);
                    await ReloadAsync(pause, stop);
                    Post(new InstanceMessage.Begin());
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What is not in the journal has not happened; the next start goes on from there.
        }
        finally
        {
            _inbox.Writer.TryComplete();
            Forget();
            if (_record.HasEnded)
            {
                engine.HasEnded(this);
                _started.TrySetResult();
                _ended.TrySetResult();
                batch.ForEach(message => message.Confirm());
            }
            else
            {
                _started.TrySetCanceled(CancellationToken.None);
                _ended.TrySetCanceled(CancellationToken.None);
            }

            var refusal = new OperationCanceledException("The local host is stopping.");
            batch.ForEach(message => message.Refuse(refusal));
            while (_inbox.Reader.TryRead(out var message))
            {
                if (_record.HasEnded)
                {
                    message.Confirm();
                }
                else
                {
                    message.Refuse(refusal);
                }
            }
        }
    }

    /// <summary>Where the entries begin that no turn has dealt with: after the last call, if anything has happened since.</summary>
    private static int AlreadyProcessed(IReadOnlyList<JournalEntry> entries)
    {
        var last = entries.Count - 1;
        while (last >= 0 && entries[last] is not Call)
        {
            last--;
        }

        return last + 1;
    }

    private async Task DealWithAsync(IReadOnlyList<InstanceMessage> batch, CancellationToken stop)
    {
        if (batch.OfType<InstanceMessage.Terminate>().FirstOrDefault() is { } terminate)
        {
            await EndAsync(_record with { Status = OrchestrationRuntimeStatus.Terminated, Output = terminate.Output }, stop);
            return;
        }

        foreach (var wish in batch)
        {
            var status = wish switch
            {
                InstanceMessage.Suspend => OrchestrationRuntimeStatus.Suspended,
                InstanceMessage.Resume when IsSuspended => OrchestrationRuntimeStatus.Running,
                _ => _record.Status,
            };
            if (status != _record.Status)
            {
                await SaveAsync(_record with { Status = status }, stop);
            }
        }

        if (batch.OfType<InstanceMessage.Intruded>().Any(intruded => intruded.Execution == _record.Execution))
        {
            await EndAsync(Failed(OrchestratorThread.IntruderError(_record.Name)), stop);
            return;
        }

        var arrived = Arrived(batch);
        if (IsSuspended)
        {
            await _journal.AppendAsync(arrived, stop);
        }
        else if (arrived.Count > 0 || batch.Any(message => message is InstanceMessage.Begin or InstanceMessage.Resume))
        {
            await TakeTurnsAsync(arrived, stop);
        }
    }

    /// <summary>The batch's happenings that count: calls of this execution that are still open, and events.</summary>
    private List<Happening> Arrived(IReadOnlyList<InstanceMessage> batch)
    {
        var ended = _journal.Entries.Select(EndedCall).OfType<int>().ToHashSet();
        List<Happening> arrived = [];
        foreach (var message in batch)
        {
            switch (message)
            {
                case InstanceMessage.Event { Raised: var raised }:
                    arrived.Add(raised);
                    break;
                case InstanceMessage.CallEnded call when call.Execution == _record.Execution && ended.Add(call.Number):
                    arrived.Add(call.Happening);
                    break;
            }
        }

        return arrived;

        static int? EndedCall(JournalEntry entry) => entry switch
        {
            CallCompleted done => done.Number,
            CallFailed failed => failed.Number,
            _ => null,
        };
    }

    private async Task TakeTurnsAsync(IReadOnlyList<Happening> arrived, CancellationToken stop)
    {
        while (true)
        {
            if (engine.Functions.FindOrchestrator(_record.Name) is not { } orchestrator)
            {
                await EndAsync(Failed(new FunctionNotFoundException("orchestrator", _record.Name)), stop);
                return;
            }

            var execution = _record.Execution;
            var turn = new Turn(
                _record, orchestrator, engine.Converter, engine.LoggerFactory, () => Post(new InstanceMessage.Intruded(execution)));
            JournalEntry[] entries = [.. _journal.Entries, .. arrived];
            var processed = _processed;
            var outcome = await engine.TakeTurnAsync(() => turn.Replay(entries, processed), stop);
            await AppendAsync(arrived, outcome, stop);

            if (outcome.End is not TurnEnd.Continued continued)
            {
                await SettleAsync(outcome, stop);
                return;
            }

            await ContinueAsync(continued, outcome, stop);
            arrived = [];
        }
    }

    private async Task AppendAsync(IReadOnlyList<Happening> arrived, TurnOutcome outcome, CancellationToken stop)
    {
        // An execution that is over needs no more history, unless it leaves calls behind.
        if (outcome.End is null || outcome.NewCalls.Count > 0)
        {
            await _journal.AppendAsync([.. arrived, .. outcome.NewCalls], stop);
        }

        _processed = _journal.Entries.Count;
    }

    private async Task SettleAsync(TurnOutcome outcome, CancellationToken stop)
    {
        var record = _record with
        {
            Status = outcome.End switch
            {
                TurnEnd.Completed => OrchestrationRuntimeStatus.Completed,
                TurnEnd.Failed => OrchestrationRuntimeStatus.Failed,
                _ => OrchestrationRuntimeStatus.Running,
            },
            CustomStatus = outcome.CustomStatus.Set ? outcome.CustomStatus.Value : _record.CustomStatus,
            Output = (outcome.End as TurnEnd.Completed)?.Output,
            Failure = (outcome.End as TurnEnd.Failed)?.Details,
        };
        if (outcome.End is not null)
        {
            BeginDetached(outcome, stop);
            await EndAsync(record, stop);
            return;
        }

        if (record.Status != _record.Status || record.CustomStatus != _record.CustomStatus)
        {
            await SaveAsync(record, stop);
        }
        else
        {
            _record = record with { LastUpdatedAt = engine.Now };
        }

        _started.TrySetResult();
        Reconcile(outcome.OpenCalls, stop);
    }

    private async Task ContinueAsync(TurnEnd.Continued continued, TurnOutcome outcome, CancellationToken stop)
    {
        BeginDetached(outcome, stop);
        var next = _record.Execution + 1;
        JournalEntry[] first = [new ExecutionStarted(engine.Now.UtcDateTime, continued.Input), .. continued.Events];
        var journal = await engine.Store.CreateJournalAsync(_record.InstanceId, next, first, stop);
        await SaveAsync(
            _record with
            {
                Execution = next,
                Input = continued.Input,
                Status = OrchestrationRuntimeStatus.Running,
                CustomStatus = outcome.CustomStatus.Set ? outcome.CustomStatus.Value : _record.CustomStatus,
            },
            stop);
        _journal = journal;
        _processed = 0;
        Forget();
        engine.InBackground(token => engine.Store.DeleteJournalAsync(_record.InstanceId, next - 1, token));
    }

    private InstanceRecord Failed(Exception exception) =>
        _record with { Status = OrchestrationRuntimeStatus.Failed, Failure = Turn.Describe(exception) };

    private async Task EndAsync(InstanceRecord record, CancellationToken stop)
    {
        if (record.Failure is { } failure)
        {
            LogInstanceFailed(engine.Logger, record.Name, record.InstanceId, failure.ErrorType, failure.ErrorMessage);
        }

        await SaveAsync(record, stop);
    }

    private async Task SaveAsync(InstanceRecord record, CancellationToken stop)
    {
        record = record with { LastUpdatedAt = engine.Now };
        await engine.Store.WriteAsync(record, stop);
        _record = record;
    }

    private async Task ReloadAsync(TimeSpan pause, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                await Task.Delay(pause, stop);
                _record = await engine.Store.ReadAsync(_record.InstanceId, stop) ?? _record;
                _journal = await engine.Store.OpenJournalAsync(_record.InstanceId, _record.Execution, stop);
                _processed = AlreadyProcessed(_journal.Entries);
                return;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                pause = pause * 2 < _longestPause ? pause * 2 : _longestPause;
                LogTurnFailed(engine.Logger, e, _record.InstanceId, pause);
            }
        }
    }

    /// <summary>Begins what is open and not begun, and lets go of what is no longer wanted.</summary>
    private void Reconcile(IReadOnlyList<Call> open, CancellationToken stop)
    {
        var wanted = open.Select(call => call.Number).ToHashSet();
        foreach (var number in _begun.Keys.Where(number => !wanted.Contains(number)).ToArray())
        {
            _begun.Remove(number, out var abandoned);
            abandoned!.Cancel();
            abandoned.Dispose();
        }

        foreach (var call in open.Where(call => !_begun.ContainsKey(call.Number)))
        {
            var abandon = new CancellationTokenSource();
            _begun.Add(call.Number, abandon);
            Begin(call, abandon.Token, stop);
        }
    }

    /// <summary>Activities that nobody waits for run all the same, and events are sent.</summary>
    private void BeginDetached(TurnOutcome outcome, CancellationToken stop)
    {
        var open = outcome.OpenCalls.ToHashSet();
        foreach (var call in outcome.NewCalls.Where(call => call is not TimerCall && open.Contains(call)))
        {
            Begin(call, CancellationToken.None, stop);
        }
    }

    private void Begin(Call call, CancellationToken abandon, CancellationToken stop)
    {
        var (execution, record) = (_record.Execution, _record);
        engine.InBackground(async _ =>
        {
            var happening = call is TimerCall timer
                ? await WaitAsync(timer, abandon, stop)
                : await engine.PerformAsync(record, call, stop);
            Post(new InstanceMessage.CallEnded(execution, call.Number, happening));
        });
    }

    private async Task<Happening> WaitAsync(TimerCall timer, CancellationToken abandon, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abandon, stop);
        await DelayUntilAsync(timer.FireAt, either.Token);
        var now = engine.Now.UtcDateTime;
        return new CallCompleted(now > timer.FireAt ? now : timer.FireAt, timer.Number, null);
    }

    private async Task DelayUntilAsync(DateTime time, CancellationToken cancellationToken)
    {
        var longest = TimeSpan.FromDays(1);
        while (time - engine.Now.UtcDateTime is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < longest ? left : longest, cancellationToken);
        }
    }

    private void Forget()
    {
        foreach (var begun in _begun.Values)
        {
            begun.Cancel();
            begun.Dispose();
        }

        _begun.Clear();
    }
}
