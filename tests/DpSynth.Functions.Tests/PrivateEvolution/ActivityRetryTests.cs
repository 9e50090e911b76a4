using Azure;
using DpSynth.Functions.Orchestration;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using Microsoft.DurableTask;

namespace DpSynth.Functions.Tests.PrivateEvolution;

public sealed class ActivityRetryTests
{
    public static TheoryData<Exception, bool> Failures => new()
    {
        { new RequestFailedException(503, "busy"), true },
        { new RequestFailedException(403, "a role is new"), true },
        { new IOException("cut off"), true },
        { new HttpRequestException("no answer"), true },
        { new TimeoutException("late"), true },
        { new InvalidOperationException("not yet"), true },
        { new StepFailedException(Refusal.StepFailed), true },
        { new StepImpossibleException(Refusal.Changed), false },
        { new InvalidDataException("no archive"), false },
        { new RequestException("no request"), false },
        { new GenerationException("no image"), false },
        { DatasetChangedException.Of("image"), false },
        { new NotSupportedException("no model"), false },
        { new ArgumentOutOfRangeException("value", "no number"), false },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_can_never_succeed_is_not_tried_again(Exception failure, bool worthwhile) =>
        Assert.Equal(worthwhile, ActivityRetry.IsWorthwhile(TaskFailureDetails.FromException(failure)));

    [Fact]
    public void Failure_of_a_type_that_nobody_knows_is_tried_again() =>
        Assert.True(ActivityRetry.IsWorthwhile(new TaskFailureDetails("(unknown)", "lost on the way", null, null, null)));

    [Fact]
    public void Steps_outlast_a_storage_outage_of_two_minutes()
    {
        var policy = ActivityRetry.Step.Retry!.Policy!;
        var waits = Enumerable.Range(0, policy.MaxNumberOfAttempts - 1)
            .Sum(n => Math.Min(policy.MaxRetryInterval.TotalSeconds, policy.FirstRetryInterval.TotalSeconds * Math.Pow(policy.BackoffCoefficient, n)));

        Assert.InRange(waits, 120, 600);
    }
}
