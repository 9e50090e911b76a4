using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Tests.Durable;

public sealed record Point(int X, int Y);

public sealed class SampleActivities(Effects effects)
{
    [Function("Square")]
    public int Square([ActivityTrigger] int x)
    {
        effects.Add($"square {x}");
        return x * x;
    }

    [Function("Mirror")]
    public static Task<Point> MirrorAsync([ActivityTrigger] Point point) => Task.FromResult(new Point(point.Y, point.X));

    [Function("FailTwice")]
    public string FailTwice([ActivityTrigger] string name) =>
        effects.Add(name) < 3 ? throw new InvalidDataException($"{name} is not ready") : "ready";

    [Function("Whoami")]
    public static string Whoami([ActivityTrigger] object? input, string instanceId) => instanceId;
}

public static class SampleOrchestrations
{
    [Function("FanOut")]
    public static async Task<int> FanOutAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var squares = await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("Square", i)));
        return squares.Sum();
    }

    [Function("InputByParameter")]
    public static Task<Point> InputByParameter([OrchestrationTrigger] TaskOrchestrationContext context, Point point) =>
        context.CallActivityAsync<Point>("mirror", point);

    [Function("Retry")]
    public static async Task<string> RetryAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var options = TaskOptions.FromRetryPolicy(new RetryPolicy(context.GetInput<int>(), TimeSpan.FromMilliseconds(20)));
        try
        {
            return await context.CallActivityAsync<string>("FailTwice", "thing", options);
        }
        catch (TaskFailedException e) when (e.FailureDetails.IsCausedBy<InvalidDataException>())
        {
            return e.FailureDetails.ErrorMessage;
        }
    }

    [Function("RetryOnlyOthers")]
    public static Task<string> RetryOnlyOthers([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("FailTwice", "thing", TaskOptions.FromRetryPolicy(
            new RetryPolicy(5, TimeSpan.FromMilliseconds(20)) { HandleFailure = f => !f.IsCausedBy<InvalidDataException>() }));

    [Function("RetryByHandler")]
    public static Task<string> RetryByHandler([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("FailTwice", "thing", TaskOptions.FromRetryHandler(r => r.LastAttemptNumber < 3));

    [Function("CallsNothing")]
    public static Task CallsNothing([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync("Nothing", null, TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1))));

    [Function("Clock")]
    public static async Task<bool> ClockAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var due = context.CurrentUtcDateTime.AddSeconds(2);
        await context.CreateTimer(due, CancellationToken.None);
        return context.CurrentUtcDateTime >= due.AddSeconds(-1);
    }

    [Function("EventOrTimeout")]
    public static async Task<string> EventOrTimeoutAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            return await context.WaitForExternalEvent<string>("go", TimeSpan.FromMilliseconds(context.GetInput<int>()));
        }
        catch (TaskCanceledException)
        {
            return "timeout";
        }
    }

    [Function("Collect")]
    public static async Task<string> CollectAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        List<string> seen = [];
        context.SetCustomStatus("waiting");
        await context.WaitForExternalEvent<string>("start");
        for (var i = 0; i < context.GetInput<int>(); i++)
        {
            seen.Add(await context.WaitForExternalEvent<string>("ITEM"));
        }

        return string.Join(',', seen);
    }

    [Function("NewestFirst")]
    public static async Task<string> NewestFirstAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var older = context.WaitForExternalEvent<string>("item");
        var newer = context.WaitForExternalEvent<string>("item");
        context.SetCustomStatus("waiting");
        return $"{await newer},{await older}";
    }

    [Function("CancelledWaiter")]
    public static async Task<string> CancelledWaiterAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        using var cancel = new CancellationTokenSource();
        var cancelled = context.WaitForExternalEvent<string>("item", cancel.Token);
        cancel.Cancel();
        context.SetCustomStatus("waiting");
        await context.WaitForExternalEvent<string>("next");
        var item = await context.WaitForExternalEvent<string>("item");
        return $"{cancelled.IsCanceled},{item}";
    }

    [Function("Generations")]
    public static async Task<string> GenerationsAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var state = context.GetInput<string>()!;
        context.SetCustomStatus($"at {state.Length}");
        if (state.Length == 3)
        {
            return state;
        }

        var item = await context.WaitForExternalEvent<string>("item");
        context.ContinueAsNew(state + item);
        return "not the output";
    }

    [Function("Countdown")]
    public static async Task<int> CountdownAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var (left, done) = context.GetInput<Point>()!;
        if (left > 0)
        {
            await context.CallActivityAsync<int>("Square", left);
            context.ContinueAsNew(new Point(left - 1, done + 1));
        }

        return done;
    }

    [Function("Forgetful")]
    public static async Task<string> ForgetfulAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        if (context.GetInput<int>() == 1)
        {
            context.SetCustomStatus("second");
            return await context.WaitForExternalEvent<string>("item");
        }

        context.SetCustomStatus("first");
        await context.WaitForExternalEvent<string>("go");
        context.ContinueAsNew(1, preserveUnprocessedEvents: false);
        return "";
    }

    [Function("Parent")]
    public static async Task<string> ParentAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var children = await Task.WhenAll(Enumerable.Range(1, 3).Select(i => context.CallSubOrchestratorAsync<string>("Child", i)));
        return string.Join(',', children);
    }

    [Function("Child")]
    public static async Task<string> ChildAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var n = context.GetInput<int>();
        await context.CreateTimer(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        return $"{context.Parent!.Name.Name}:{await context.CallActivityAsync<int>("Square", n)}";
    }

    [Function("ParentOfFailure")]
    public static async Task<string> ParentOfFailureAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        try
        {
            await context.CallSubOrchestratorAsync("Throws");
            return "unreachable";
        }
        catch (TaskFailedException e)
        {
            return $"{e.TaskName}: {e.FailureDetails.ErrorMessage}";
        }
    }

    [Function("Throws")]
    public static Task Throws([OrchestrationTrigger] TaskOrchestrationContext context) =>
        throw new InvalidOperationException("by intention");

    [Function("Sender")]
    public static async Task<string> SenderAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        context.SendEvent(context.GetInput<string>()!, "go", "hello");
        await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
        return "sent";
    }

    [Function("Guids")]
    public static async Task<string[]> GuidsAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var first = context.NewGuid();
        await context.WaitForExternalEvent<string>("go");
        return [first.ToString(), context.NewGuid().ToString()];
    }

#pragma warning disable DURABLE0003, DURABLE0004 // What the engine must find out, because analyzers do not see everything.
    [Function("AwaitsDelay")]
    public static async Task AwaitsDelayAsync([OrchestrationTrigger] TaskOrchestrationContext context) => await Task.Delay(1);

    [Function("AwaitsPoolWhileWaiting")]
    public static async Task AwaitsPoolWhileWaitingAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var wait = context.WaitForExternalEvent<string>("never");
        await Task.Run(() => Thread.Sleep(20));
        await wait;
    }
#pragma warning restore DURABLE0003, DURABLE0004

    [Function("Whereami")]
    public static Task<string> Whereami([OrchestrationTrigger] TaskOrchestrationContext context) =>
        context.CallActivityAsync<string>("Whoami");
}
