using System.Globalization;
using DpSynth.LocalHost.Timers;

namespace DpSynth.LocalHost.Tests.Timers;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2025-03-01T10:00:00", "2025-03-01T10:05:00")]
    [InlineData("*/5 * * * *", "2025-03-01T10:00:00", "2025-03-01T10:05:00")]
    [InlineData("30 0 2 * * *", "2025-03-01T10:00:00", "2025-03-02T02:00:30")]
    [InlineData("0 0 3 * * *", "2025-12-31T03:00:00", "2026-01-01T03:00:00")]
    [InlineData("0 0 0 29 2 *", "2025-03-01T10:00:00", "2028-02-29T00:00:00")]
    public void The_next_time_follows(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), TimerListener.Parse("F", schedule).GetNextOccurrence(Utc(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() =>
        Assert.Equal(DateTime.MaxValue, TimerListener.Parse("F", "0 0 0 30 2 *").GetNextOccurrence(DateTime.UnixEpoch));

    [Theory]
    [InlineData("* * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* * * * x *")]
    public void A_wrong_schedule_is_refused_with_the_function_and_the_schedule(string schedule)
    {
        var message = Assert.Throws<FormatException>(() => TimerListener.Parse("Nightly", schedule)).Message;
        Assert.Contains($"'{schedule}' of the function 'Nightly'", message, StringComparison.Ordinal);
    }

    private static DateTime Utc(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
