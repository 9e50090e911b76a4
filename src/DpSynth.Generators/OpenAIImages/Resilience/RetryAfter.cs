using System.ClientModel.Primitives;
using System.Globalization;
using System.Net.Http.Headers;

namespace DpSynth.Generators.OpenAIImages.Resilience;

/// <summary>How long a service asks to wait: <c>retry-after-ms</c>, or <c>Retry-After</c> in seconds or as a date (RFC 9110, section 10.2.3).</summary>
internal static class RetryAfter
{
    /// <summary>
    /// Reads the wait; null if none is asked for or it cannot be read. A date counts from the answer's own <c>Date</c>, else from
    /// <paramref name="now"/>.
    /// </summary>
    public static TimeSpan? Read(PipelineResponseHeaders? headers, DateTimeOffset now)
    {
        if (headers is null)
        {
            return null;
        }

        if (headers.TryGetValue("retry-after-ms", out var text) && double.TryParse(
            text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds is >= 0 and <= 1e9)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        if (!headers.TryGetValue("Retry-After", out text) || !RetryConditionHeaderValue.TryParse(text, out var value))
        {
            return null;
        }

        if (value.Delta is { } delta)
        {
            return delta;
        }

        var sent = headers.TryGetValue("Date", out var date) && DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, out var parsed) ? parsed : now;
        return value.Date - sent is { } wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
