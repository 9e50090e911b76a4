using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using Microsoft.DurableTask;

namespace DpSynth.Functions.Orchestration;

/// <summary>How often the orchestration calls an activity again that failed. What can never succeed is not tried again.</summary>
internal static class ActivityRetry
{
    /// <summary>
    /// Names, for the failure carries no more; <see cref="TaskFailureDetails.IsCausedBy{T}"/> would look for the type, and throws where
    /// two assemblies have one of that name.
    /// </summary>
    private static readonly string[] _hopeless =
    [
        .. new[]
        {
            typeof(StepImpossibleException), typeof(InvalidDataException), typeof(RequestException), typeof(GenerationException),
            typeof(DatasetChangedException), typeof(NotSupportedException),
            typeof(ArgumentException), typeof(ArgumentNullException), typeof(ArgumentOutOfRangeException),
        }.Select(type => type.FullName!),
    ];

    /// <summary>For the steps of a run: eight tries over some three minutes outlast a storage outage of two.</summary>
    public static TaskOptions Step { get; } = Make(8, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1));

    /// <summary>For ending a run, which frees its reservation and tells the world: twenty tries over more than an hour.</summary>
    public static TaskOptions End { get; } = Make(20, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    /// <summary>For calling a stranger's address: eleven tries over some half an hour.</summary>
    public static TaskOptions Webhook { get; } = Make(11, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15));

    /// <summary>
    /// Whether another try may succeed: not where the data or the request is at fault. A failure whose type did not survive the way
    /// through the host counts as worth it.
    /// </summary>
    public static bool IsWorthwhile(TaskFailureDetails failure) => !_hopeless.Contains(failure.ErrorType, StringComparer.Ordinal);

    private static TaskOptions Make(int attempts, TimeSpan first, TimeSpan longest) => TaskOptions.FromRetryPolicy(
        new RetryPolicy(attempts, first, backoffCoefficient: 2, longest) { HandleFailure = IsWorthwhile });
}
