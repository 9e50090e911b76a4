namespace DpSynth.ImageServer;

/// <summary>A token bucket, as services meter requests; it holds two seconds' worth. Thread-safe.</summary>
/// <param name="perMinute">Requests a minute; null for no limit.</param>
/// <param name="time">The clock.</param>
internal sealed class RequestBudget(double? perMinute, TimeProvider time)
{
    private const double SecondsHeld = 2;

    private readonly Lock _gate = new();
    private double _tokens = Capacity(perMinute);
    private long _filled = time.GetTimestamp();

    /// <summary>Takes one request's token; the tokens left, or null if there is none.</summary>
    public int? TryTake()
    {
        if (perMinute is not { } rate)
        {
            return int.MaxValue;
        }

        lock (_gate)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(Capacity(rate), _tokens + (time.GetElapsedTime(_filled, now).TotalMinutes * rate));
            _filled = now;
            return _tokens >= 1 ? (int)--_tokens : null;
        }
    }

    private static double Capacity(double? perMinute) => Math.Max(1, (perMinute ?? 0) / 60 * SecondsHeld);
}
