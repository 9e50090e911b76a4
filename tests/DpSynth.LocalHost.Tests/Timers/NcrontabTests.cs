using System.Globalization;
using DpSynth.LocalHost.Timers;

namespace DpSynth.LocalHost.Tests.Timers;

public sealed class NcrontabTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2025-03-01T10:00:00", "2025-03-01T10:05:00")]
    [InlineData("30 0 2 * * *", "2025-03-01T10:00:00", "2025-03-02T02:00:30")]
    [InlineData("0 0 9-17/4 * * *", "2025-03-01T09:00:00", "2025-03-01T13:00:00")]
    [InlineData("0 0 0 1 1 *", "2025-03-01T10:00:00", "2026-01-01T00:00:00")]
    [InlineData("0 0 0 29 2 *", "2025-03-01T10:00:00", "2028-02-29T00:00:00")]
    [InlineData("0 0 12 * * 7", "2025-03-01T10:00:00", "2025-03-02T12:00:00")]
    [InlineData("0 0 12 * * 1-5", "2025-03-01T10:00:00", "2025-03-03T12:00:00")]
    [InlineData("5,10 * * * * *", "2025-12-31T23:59:10", "2026-01-01T00:00:05")]
    public void The_next_time_follows(string schedule, string after, string next) =>
        Assert.Equal(Utc(next), Ncrontab.Parse(schedule).NextAfter(Utc(after)));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Assert.Null(Ncrontab.Parse("0 0 0 30 2 *").NextAfter(DateTime.UnixEpoch));

    [Theory]
    [InlineData("* * * * *", "six")]
    [InlineData("60 * * * * *", "second")]
    [InlineData("* * * 0 * *", "day")]
    [InlineData("* 9-5 * * * *", "minute")]
    [InlineData("* * */0 * * *", "hour")]
    [InlineData("* * * * x *", "month")]
    public void A_wrong_schedule_is_refused_with_the_field(string schedule, string field) =>
        Assert.Contains(field, Assert.Throws<FormatException>(() => Ncrontab.Parse(schedule)).Message, StringComparison.Ordinal);

    private static DateTime Utc(string text) =>
        DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
}
