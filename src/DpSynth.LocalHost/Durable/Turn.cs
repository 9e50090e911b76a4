using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <summary>Runs an orchestrator from its start through everything that has happened, and says what it wants next.</summary>
internal sealed class Turn(
    InstanceRecord instance,
    Func<TaskOrchestrationContext, Task<object?>> orchestrator,
    DataConverter converter,
    ILoggerFactory loggerFactory,
    Action onIntruder)
{
    /// <summary>Replays.</summary>
    /// <param name="entries">The journal, with what has happened since at its end.</param>
    /// <param name="processed">How many of the entries an earlier turn has dealt with already.</param>
    public TurnOutcome Replay(IReadOnlyList<JournalEntry> entries, int processed)
    {
        var started = (ExecutionStarted)entries[0];
        var thread = new OrchestratorThread(onIntruder);
        var context = new JournalOrchestrationContext(
            instance, started.Input, [.. entries.OfType<Call>()], thread, converter, loggerFactory);
        Task<object?>? execution = null;
        var at = 0;
        thread.Run(() =>
        {
            for (; at < entries.Count && execution is not { IsCompleted: true } && context.Departure is null; at++)
            {
                if (entries[at] is Happening happening)
                {
                    context.BeginHappening(happening.At, replaying: at < processed);
                    if (execution is null)
                    {
                        execution = Start(context);
                    }
                    else
                    {
                        context.Deliver(happening);
                    }

                    thread.Drain();
                }
            }

            context.RequireAllJournaledCalls();
        });

        return new TurnOutcome
        {
            NewCalls = context.NewCalls,
            OpenCalls = [.. context.OpenCalls],
            CustomStatus = context.CustomStatus,
            End = EndOf(execution!, context, thread, [.. entries.Skip(at).OfType<EventRaised>()]),
        };
    }

    private Task<object?> Start(TaskOrchestrationContext context)
    {
        try
        {
            return orchestrator(context);
        }
        catch (Exception e)
        {
            return Task.FromException<object?>(e);
        }
    }

    private TurnEnd? EndOf(
        Task<object?> execution, JournalOrchestrationContext context, OrchestratorThread thread, IReadOnlyList<EventRaised> late)
    {
        if (context.Departure is { } departure)
        {
            return new TurnEnd.Failed(Describe(departure));
        }

        if (thread.Intruded || (!execution.IsCompleted && !context.CanMoveOn))
        {
            return new TurnEnd.Failed(Describe(OrchestratorThread.IntruderError(instance.Name)));
        }

        if (!execution.IsCompleted)
        {
            return null;
        }

        if (execution.IsCompletedSuccessfully)
        {
            return context.Continuation is { } continuation
                ? new TurnEnd.Continued(
                    continuation.Input, continuation.PreserveUnprocessedEvents ? [.. context.BufferedEvents, .. late] : [])
                : new TurnEnd.Completed(converter.Serialize(execution.Result));
        }

        return new TurnEnd.Failed(Describe(
            execution.Exception?.InnerException ?? new TaskCanceledException("The orchestrator was cancelled by its own code.")));
    }

    /// <summary>A failure as it is stored; a failed call keeps the details of its cause.</summary>
    internal static TaskFailureDetails Describe(Exception exception)
    {
        var details = TaskFailureDetails.FromException(exception);
        return exception is TaskFailedException failed ? details with { InnerFailure = failed.FailureDetails } : details;
    }
}

/// <summary>What a turn brought about.</summary>
internal sealed record TurnOutcome
{
    /// <summary>Calls that are not in the journal yet.</summary>
    public required IReadOnlyList<Call> NewCalls { get; init; }

    /// <summary>Calls that the orchestrator still waits for or has let run.</summary>
    public required IReadOnlyList<Call> OpenCalls { get; init; }

    /// <summary>The custom status, if the execution set one.</summary>
    public required (bool Set, string? Value) CustomStatus { get; init; }

    /// <summary>How the execution ended; null while it waits.</summary>
    public required TurnEnd? End { get; init; }
}

/// <summary>How an execution ends.</summary>
internal abstract record TurnEnd
{
    internal sealed record Completed(string? Output) : TurnEnd;

    internal sealed record Failed(TaskFailureDetails Details) : TurnEnd;

    internal sealed record Continued(string? Input, IReadOnlyList<EventRaised> Events) : TurnEnd;
}
