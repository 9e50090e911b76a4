using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Tests.Terminals;

public sealed class ProgressTests
{
    [Fact]
    public void Log_gets_a_line_every_few_seconds_and_no_escape_codes()
    {
        var time = new ManualTime();
        using var log = new StringWriter();
        using (var stage = new PlainStage(log, "Uploading", "images", 1000, time))
        {
            for (var done = 100; done <= 1000; done += 100)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                stage.Report(done);
            }

            stage.Complete("ε 0.5 spent");
        }

        Assert.Equal(
            [
                "Uploading: 1,000 images",
                "Uploading: 500/1,000 images  100/s  5.0 s left",
                "Uploading: 1,000/1,000 images  100/s",
                "Uploading: done, 1,000 images  100/s  10 s  ε 0.5 spent",
            ],
            log.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Terminal_gets_one_line_redrawn_within_its_width()
    {
        var time = new ManualTime();
        using var screen = new StringWriter();
        using (var stage = new LiveStage(screen, 70, "Voting 2/5", "images", 60_000, time))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            stage.Report(30_000, note: "ε 0.5 spent");
            stage.Complete();
        }

        var drawn = screen.ToString().TrimEnd().Split("\r\e[2K", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, drawn.Length);
        Assert.Contains("30,000/60,000 im", drawn[1], StringComparison.Ordinal);
        Assert.Equal(15, drawn[1].Count(character => character == '━'));
        Assert.Equal(30, drawn[2].Count(character => character == '━'));
        Assert.All(drawn, line => Assert.InRange(Plain(line).Length, 1, 70));
        Assert.EndsWith(Environment.NewLine, screen.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stage_that_is_left_early_does_not_claim_to_be_done()
    {
        using var log = new StringWriter();
        using (var stage = new PlainStage(log, "Uploading", "images", 1000, new ManualTime()))
        {
            stage.Report(10);
        }

        Assert.Contains("stopped, 10 images", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(12, "12 s")]
    [InlineData(65, "1:05")]
    [InlineData(7265, "2:01:05")]
    public void Durations_read_naturally(double seconds, string expected) =>
        Assert.Equal(expected, Figures.Duration(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(999, "999 bytes")]
    [InlineData(64_000_000, "64.0 MB")]
    public void Sizes_read_naturally(long bytes, string expected) => Assert.Equal(expected, Figures.Bytes(bytes));

    private static string Plain(string line) => line.Replace("\e[32m", "", StringComparison.Ordinal)
        .Replace("\e[90m", "", StringComparison.Ordinal).Replace("\e[0m", "", StringComparison.Ordinal).TrimEnd();

    private sealed class ManualTime : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan step) => _now += step;
    }
}
