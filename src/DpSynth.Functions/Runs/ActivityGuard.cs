using System.Runtime.CompilerServices;
using Azure;
using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using Microsoft.Extensions.Logging;

namespace DpSynth.Functions.Runs;

/// <summary>
/// Does the work of a run's activity so that nothing of what goes wrong gets into histories, logs or the run's status: exceptions name files and
/// count images. The owner finds it among the run's details; everybody else is told that the step failed.
/// </summary>
public sealed partial class ActivityGuard(IOwnerDetails details, FunctionInstruments instruments, ILogger<ActivityGuard> logger)
{
    /// <summary>Does the work.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="activity">The activity's name: the calling method's.</param>
    /// <exception cref="StepFailedException">The work failed; another try may succeed.</exception>
    /// <exception cref="StepImpossibleException">The work failed and will again.</exception>
    public async Task<T> DoAsync<T>(string runId, Func<Task<T>> work, CancellationToken cancellationToken, [CallerMemberName] string activity = "")
    {
        try
        {
            return await instruments.MeasureAsync(work, activity);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failure)
        {
            LogFailure(logger, activity, failure is RequestFailedException storage ? $"storage answered {storage.Status} {storage.ErrorCode}" : "it is told");
            var refusal = failure is DatasetChangedException ? Refusal.Changed : Refusal.StepFailed;
            await TellOwnerAsync(runId, new OwnerDetail(activity, refusal.Code, Describe(failure)));
            throw IsHopeless(failure) ? new StepImpossibleException(refusal) : new StepFailedException(refusal);
        }
    }

    /// <summary>Does work that has no result.</summary>
    /// <inheritdoc cref="DoAsync{T}"/>
    public Task DoAsync(string runId, Func<Task> work, CancellationToken cancellationToken, [CallerMemberName] string activity = "") => DoAsync(
        runId,
        async () =>
        {
            await work();
            return true;
        },
        cancellationToken,
        activity);

    /// <summary>Whether the data or the request is at fault, so that another try fails as well.</summary>
    private static bool IsHopeless(Exception failure) => failure is InvalidDataException or RequestException or GenerationException
        or DatasetChangedException or NotSupportedException or ArgumentException;

    private static string Describe(Exception failure)
    {
        var inner = failure.InnerException is { } cause ? $" ({cause.GetType().Name}: {cause.Message})" : "";
        return $"{failure.GetType().Name}: {failure.Message}{inner}";
    }

    private async Task TellOwnerAsync(string runId, OwnerDetail detail)
    {
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            await details.WriteDetailAsync(runId, detail, patience.Token);
        }
        catch (Exception unwritten) when (unwritten is RequestFailedException or OperationCanceledException or IOException)
        {
            // The storage may be what failed. The step's own failure is what counts.
        }
    }

    [LoggerMessage(
        EventId = 120,
        Level = LogLevel.Warning,
        Message = "The activity {Activity} of a run failed: {Cause} ('runs why' tells the dataset's owner more).")]
    private static partial void LogFailure(ILogger logger, string activity, string cause);
}

/// <summary>A step of a run failed; another try may succeed. The message is a constant sentence.</summary>
public sealed class StepFailedException(Refusal refusal) : Exception(refusal?.Sentence);

/// <summary>A step of a run failed and will again: the data or the request is at fault. The message is a constant sentence.</summary>
public sealed class StepImpossibleException(Refusal refusal) : Exception(refusal?.Sentence);
