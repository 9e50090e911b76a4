using DpSynth.Generators.OpenAIImages.Connection;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace DpSynth.Generators.OpenAIImages.Resilience;

/// <summary>
/// The two pipelines around a call. <see cref="Image"/>: total time-out → retry. <see cref="Attempt"/>, inside of it and after the waits for
/// a turn and for money: circuit breaker → time-out of the attempt. No hedging: every request costs.
/// </summary>
internal sealed class ImageCallPipelines
{
    private const double BreakingShare = 0.8;
    private const int BreakingCalls = 20;
    private static readonly TimeSpan SamplingDuration = TimeSpan.FromSeconds(30);

    public ImageCallPipelines(ImageApiOptions options, TimeProvider time)
    {
        var image = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.TotalTimeout });
        if (options.MaxRetries > 0)
        {
            image.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = static arguments => ValueTask.FromResult(IsWorthAnotherTry(arguments.Outcome.Exception)),
                MaxRetryAttempts = options.MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = options.LongestRetryDelay,
                DelayGenerator = arguments => ValueTask.FromResult(AskedFor(arguments.Outcome.Exception) is { } wait
                    ? (TimeSpan?)Shorter(wait * (1 + (0.1 * Random.Shared.NextDouble())), options.LongestRetryDelay)
                    : null),
            });
        }

        Image = image.Build();
        Attempt = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = static arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is ImageCallException { Fault: CallFault.Failed or CallFault.Lost } or TimeoutRejectedException),
                FailureRatio = BreakingShare,
                MinimumThroughput = BreakingCalls,
                SamplingDuration = SamplingDuration,
                BreakDuration = options.BreakDuration,
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.AttemptTimeout })
            .Build();
    }

    /// <summary>Around all attempts at one image.</summary>
    public ResiliencePipeline Image { get; }

    /// <summary>Around one attempt.</summary>
    public ResiliencePipeline Attempt { get; }

    private static bool IsWorthAnotherTry(Exception? fault) =>
        fault is BrokenCircuitException or ImageCallException { Fault: CallFault.Throttled or CallFault.Failed or CallFault.Lost };

    private static TimeSpan? AskedFor(Exception? fault) => fault switch
    {
        ImageCallException call => call.RetryAfter,
        BrokenCircuitException broken => broken.RetryAfter,
        _ => null,
    };

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
