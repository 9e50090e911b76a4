using System.Collections.Concurrent;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Worker;

/// <summary>Remembers which runs are over: for good once one is, for a moment while it is not.</summary>
internal sealed class EndedRuns(ICandidateStore candidates, TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (bool HasEnded, long AskedAt)> _answers = new(StringComparer.Ordinal);

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
