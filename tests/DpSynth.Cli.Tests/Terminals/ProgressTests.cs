using System.Text.RegularExpressions;
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

    [Theory]
    [InlineData(40, "Voting 2/5         ━━━━━━ 30,000 ima…")]
    [InlineData(80, "Voting 2/5         ━━━━━━━━━━━━━━ 30,000 images  15,000/s  2.0 s  ε 0.5 spent")]
    [InlineData(160, "Voting 2/5         ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 30,000 images  15,000/s  2.0 s  ε 0.5 spent")]
    public void Terminal_gets_one_line_within_its_width(int width, string expected)
    {
        var time = new ManualTime();
        using var writer = new StringWriter();
        using (var stage = new LiveStage(Screen.Open(writer, () => width, hasColours: true), "Voting 2/5", "images", 60_000, time))
        {
            time.Advance(TimeSpan.FromSeconds(2));
            stage.Report(30_000, note: "ε 0.5 spent");
        }

        Assert.Equal(expected, Lines(writer)[^1]);
        Assert.All(Lines(writer), line => Assert.InRange(line.Length, 0, width - 3));
    }

    [Fact]
    public void Terminal_is_left_with_the_last_figures_and_its_cursor()
    {
        using var writer = new StringWriter();
        using (var stage = new LiveStage(Screen.Open(writer, () => 100, hasColours: true), "Uploading", "images", 1000, new ManualTime()))
        {
            stage.Report(500);
            stage.Complete("ε 0.5 spent");
            stage.Report(700);
        }

        Assert.StartsWith("\e[?25l", writer.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\e[?25h", writer.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("1,000 images  0.0 s  ε 0.5 spent", Lines(writer)[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Terminal_shows_stages_one_after_the_other()
    {
        using var writer = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, writer, isInteractive: true, () => 100);
        foreach (var title in (string[])["Starting", "Scoring"])
        {
            using var stage = terminal.Begin(title, "", 0);
            stage.Complete();
        }

        Assert.Equal(["Starting", "Scoring"], Lines(writer).Select(line => line.Split(' ')[0]).Distinct());
    }

    [Fact]
    public void Terminal_shows_what_is_said_during_a_stage_above_its_line()
    {
        using var writer = new StringWriter();
        var terminal = new Terminal(TextWriter.Null, writer, isInteractive: true, () => 100);
        using (var stage = terminal.Begin("Starting", "", 0))
        {
            terminal.Say("The dataset [is] there.");
            using (terminal.Begin("Within", "", 0))
            {
            }

            stage.Complete();
        }

        terminal.Say("Done.");
        Assert.Equal(["Starting", "Done."], Lines(writer)[^2..].Select(line => line.Split(' ')[0]));
        Assert.DoesNotContain(Lines(writer), line => line.StartsWith("Within", StringComparison.Ordinal));
        Assert.Contains("The dataset [is] there.", Lines(writer));
    }

    [Fact]
    public void Terminal_gets_plain_lines_beside_json()
    {
        using var writer = new StringWriter();
        using (new Terminal(TextWriter.Null, writer, isInteractive: true, () => 100) { Json = true }.Begin("Scoring", "", 0))
        {
        }

        Assert.DoesNotContain('\e', writer.ToString());
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

    // What was drawn, line by line, without the codes between.
    private static List<string> Lines(StringWriter writer) =>
    [
        .. Regex.Replace(writer.ToString(), "\e\\[[0-9;?]*[A-Za-z]", "", RegexOptions.NonBacktracking)
            .Split('\r', '\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0),
    ];

    private sealed class ManualTime : TimeProvider
    {
        private TimeSpan _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now.Ticks;

        public void Advance(TimeSpan step) => _now += step;
    }
}
