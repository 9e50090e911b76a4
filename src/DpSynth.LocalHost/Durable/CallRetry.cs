using System.Runtime.ExceptionServices;
using Microsoft.DurableTask;
using CoreFailure = DurableTask.Core.FailureDetails;
using CoreTaskFailedException = DurableTask.Core.Exceptions.TaskFailedException;

namespace DpSynth.LocalHost.Durable;

/// <summary>Repeats a failing call as its retry options say; the waits between are durable timers.</summary>
internal sealed class CallRetry(TaskOrchestrationContext context, TaskRetryOptions options)
{
    private static readonly string _notFound = typeof(FunctionNotFoundException).FullName!;

    public async Task<string?> RunAsync(Func<Task<string?>> attempt)
    {
        var start = context.CurrentUtcDateTime;
        for (var failures = 1; ; failures++)
        {
            TaskFailedException failure;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e) when (e.FailureDetails.ErrorType != _notFound)
            {
                failure = e;
            }

            var again = options.Handler is { } handler
                ? await handler(new RetryContext(
                    context, failures, failure.FailureDetails, context.CurrentUtcDateTime - start, CancellationToken.None))
                : await WaitAsync(options.Policy!, failures, start, failure);
            if (!again)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }
    }

    /// <summary>The wait after the n-th failure: first · coefficient^(n−1), at most the policy's longest.</summary>
    internal static TimeSpan Delay(RetryPolicy policy, int failures)
    {
        var ticks = policy.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, failures - 1);
        return policy.MaxRetryInterval != Timeout.InfiniteTimeSpan && ticks >= policy.MaxRetryInterval.Ticks
            ? policy.MaxRetryInterval
            : TimeSpan.FromTicks((long)Math.Min(ticks, TimeSpan.MaxValue.Ticks / 2.0));
    }

    private async Task<bool> WaitAsync(RetryPolicy policy, int failures, DateTime start, TaskFailedException failure)
    {
        var timeIsUp = policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime >= start + policy.RetryTimeout;
        if (failures >= policy.MaxNumberOfAttempts || timeIsUp || !policy.Handle(ToCore(failure)))
        {
            return false;
        }

        await context.CreateTimer(Delay(policy, failures), CancellationToken.None);
        return true;
    }

    // A policy's filter is written against the engine underneath, so that is the exception it expects.
    private static CoreTaskFailedException ToCore(TaskFailedException failure) =>
        new(0, failure.TaskId, failure.TaskName, string.Empty, failure.FailureDetails.ErrorMessage, failure)
        {
            FailureDetails = ToCore(failure.FailureDetails),
        };

    private static CoreFailure ToCore(TaskFailureDetails details) => new(
        details.ErrorType,
        details.ErrorMessage,
        details.StackTrace,
        details.InnerFailure is { } inner ? ToCore(inner) : null,
        isNonRetriable: false,
        details.Properties);
}
