using Spectre.Console;
using Spectre.Console.Rendering;

namespace DpSynth.Cli.Terminals;

/// <summary>A stage on a terminal: one line with a bar, kept up to date in place whether or not anything is reported.</summary>
internal sealed class LiveStage : IProgressStage
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly StageFigures _figures;
    private readonly TaskCompletionSource _over = new();
    private readonly Task _display;
    private readonly ProgressTask _bar;
    private bool _ended;

    public LiveStage(IAnsiConsole screen, string title, string unit, long total, TimeProvider time)
    {
        _figures = new StageFigures(unit, total, time);
        ProgressTask? bar = null;
        _display = new Progress(screen) { ExcludeVerticalPadding = true, RefreshRate = _interval }
            .Columns(new TitleColumn(title), new BarColumn(), new FiguresColumn(this))
            .StartAsync(context =>
            {
                bar = context.AddTask(title);
                return _over.Task;
            });
        _bar = bar!;
        Show();
    }

    /// <summary>Whether its last line stands.</summary>
    public bool IsOver => _display.IsCompleted;

    public void Report(long done, long? total = null, string? note = null)
    {
        lock (_gate)
        {
            _figures.Update(done, total, note);
            if (!_ended)
            {
                Show();
            }
        }
    }

    public void Complete(string? note = null)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _figures.Finish(note);
                _bar.IsIndeterminate = false;
                _bar.Value = _bar.MaxValue;
                _ended = true;
            }
        }

        Leave();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _bar.IsIndeterminate = false;
                _ended = true;
            }
        }

        Leave();
    }

    private void Show()
    {
        _bar.IsIndeterminate = !_figures.IsCounted || _figures.Total == 0;
        _bar.MaxValue = Math.Max(1, _figures.Total);
        _bar.Value = _figures.Fraction * _bar.MaxValue;
    }

    // The last drawing, and the line after it.
    private void Leave()
    {
        _over.TrySetResult();
        _display.GetAwaiter().GetResult();
    }

    private string Describe()
    {
        lock (_gate)
        {
            // The time that is shown of what is not counted runs on by itself.
            return _ended || !_figures.IsCounted || _figures.Total == 0 ? _figures.DescribeEnd() : _figures.Describe();
        }
    }

    private sealed class TitleColumn(string title) : ProgressColumn
    {
        public override int? GetColumnWidth(RenderOptions options) => StageWidths.Title;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => StageWidths.Fit(title, StageWidths.Title);
    }

    private sealed class BarColumn : ProgressColumn
    {
        private readonly ProgressBarColumn _bar = new() { CompletedStyle = Color.Green, FinishedStyle = Color.Green };

        public override int? GetColumnWidth(RenderOptions options) => StageWidths.Of(options).Bar;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            _bar.Width = StageWidths.Of(options).Bar;
            return _bar.Render(options, task, deltaTime);
        }
    }

    private sealed class FiguresColumn(LiveStage stage) : ProgressColumn
    {
        public override int? GetColumnWidth(RenderOptions options) => StageWidths.Of(options).Figures;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            StageWidths.Fit(stage.Describe(), StageWidths.Of(options).Figures);
    }

    /// <summary>Columns of a line's parts, one between them: the same for all stages, so that bars stand below one another.</summary>
    private readonly record struct StageWidths(int Bar, int Figures)
    {
        public const int Title = 18;

        public static StageWidths Of(RenderOptions options)
        {
            // The end of the line stays free: what is typed, such as ^C, must not begin a new one.
            var left = Math.Max(0, options.ConsoleSize.Width - Title - 5);
            var bar = Math.Clamp(left / 4, 6, 30);
            return new(bar, Math.Max(1, left - bar));
        }

        public static Text Fit(string text, int width) => new(text.Length <= width ? text : $"{text.AsSpan(0, width - 1)}…");
    }
}
