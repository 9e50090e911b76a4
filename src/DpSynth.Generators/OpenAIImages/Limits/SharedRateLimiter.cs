using DpSynth.Synthesis.Sharing;

namespace DpSynth.Generators.OpenAIImages.Limits;

/// <summary>
/// Spaces the requests of all workers to one deployment evenly: a shared record holds when the next may be sent (generic cell rate algorithm,
/// ITU-T I.371). Clocks of workers that differ shift the start, never the rate.
/// </summary>
/// <param name="records">Where the record is.</param>
/// <param name="id">The record: one a deployment.</param>
/// <param name="perMinute">Requests a minute; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedRateLimiter(ISharedRecords records, SharedRecordId id, double? perMinute, TimeProvider time)
{
    // What was not used may be made up for so long: a worker's wait for the record costs no throughput.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private readonly SharedRecord<Turn> _turn = new(records, id, new Turn(default));

    /// <summary>Waits for a turn.</summary>
    /// <returns>Whether there was a wait because of the limit.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        if (perMinute is not { } rate)
        {
            return false;
        }

        var interval = TimeSpan.FromMinutes(1 / rate);
        var turn = await _turn.UpdateAsync(turn =>
        {
            var earliest = time.GetUtcNow() - Tolerance;
            var mine = turn.Next > earliest ? turn.Next : earliest;
            return (new Turn(mine + interval), mine);
        });
        var wait = turn - time.GetUtcNow();
        if (wait <= TimeSpan.Zero)
        {
            return false;
        }

        await Task.Delay(wait, time, cancellationToken);
        return true;
    }

    /// <summary>When the next request may be sent (UTC).</summary>
    private sealed record Turn(DateTimeOffset Next);
}
