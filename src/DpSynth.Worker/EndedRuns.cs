using System.Collections.Concurrent;
using Azure;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Worker;

/// <summary>Remembers which runs are over: for good once one is, for a moment while it is not.</summary>
internal sealed class EndedRuns(ICandidateStore candidates, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (bool HasEnded, long AskedAt)> _answers = new(StringComparer.Ordinal);

    /// <summary>Looks every few seconds whether a run is over, and cancels <paramref name="over"/> when it is.</summary>
    public async Task WhenAsync(string runId, CancellationTokenSource over, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(Freshness, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (await ContainsAsync(runId, cancellationToken))
                {
                    await over.CancelAsync();
                    return;
                }
            }
            catch (Exception exception) when (exception is OperationCanceledException or RequestFailedException or AggregateException or IOException)
            {
                // The job is done, or the account does not answer just now: then the next look will tell.
            }
        }
    }

    public async ValueTask<bool> ContainsAsync(string runId, CancellationToken cancellationToken)
    {
        if (_answers.TryGetValue(runId, out var answer) && (answer.HasEnded || time.GetElapsedTime(answer.AskedAt) < Freshness))
        {
            return answer.HasEnded;
        }

        var askedAt = time.GetTimestamp();
        var hasEnded = await candidates.HasEndedAsync(runId, cancellationToken);
        _answers[runId] = (hasEnded, askedAt);
        return hasEnded;
    }
}
