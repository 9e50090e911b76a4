using DurableTask.Core;
using DurableTask.Core.Exceptions;
using DurableTask.Core.History;
using DurableTask.Core.Middleware;

namespace DpSynth.LocalHost.Durable;

/// <summary>An activity function as the engine runs it. One that the host's stop interrupts has not ended: the next host begins it again.</summary>
internal sealed class FunctionActivity(string name, ITaskFunctions functions, CancellationToken stop) : TaskActivity
{
    /// <summary>Fails the call of an activity that there is not, at once: the engine would ask for it again for ever.</summary>
    /// <param name="dispatch">What the engine is about to run, and then its result.</param>
    /// <param name="next">Runs it.</param>
    /// <param name="functions">Knows what there is.</param>
    public static Task CallAsync(DispatchMiddlewareContext dispatch, Func<Task> next, ITaskFunctions functions)
    {
        var call = dispatch.GetProperty<TaskScheduledEvent>();
        if (functions.HasActivity(call.Name!))
        {
            return next();
        }

        var missing = new FunctionNotFoundException("activity", call.Name!);
        var details = new FailureDetails(missing.GetType().FullName!, missing.Message, null, null, isNonRetriable: true);
        dispatch.SetProperty(new ActivityExecutionResult { ResponseEvent = new TaskFailedEvent(-1, call.EventId, missing.Message, null, details) });
        return Task.CompletedTask;
    }

    public override async Task<string?> RunAsync(TaskContext context, string? input)
    {
        try
        {
            return await functions.RunActivityAsync(name, OnlyArgument(input), context.OrchestrationInstance.InstanceId, stop);
        }
        catch (Exception exception) when (stop.IsCancellationRequested)
        {
            throw new SessionAbortedException("The host stops.", exception);
        }
    }

    public override string Run(TaskContext context, string input) => throw new NotSupportedException("Activities run asynchronously.");

    /// <summary>The engine hands arguments over as an array, of one.</summary>
    private static string? OnlyArgument(string? input) => input is ['[', .., ']'] ? input[1..^1] : input;
}
