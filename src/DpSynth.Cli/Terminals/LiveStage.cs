namespace DpSynth.Cli.Terminals;

/// <summary>A stage on a terminal: one line with a bar, redrawn in place.</summary>
internal sealed class LiveStage : IProgressStage
{
    private const int TitleWidth = 18;
    private const int BarWidth = 30;
    private const string ClearLine = "\r\e[2K";
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly int _columns;
    private readonly string _title;
    private readonly StageFigures _figures;
    private TimeSpan _drawnAt;
    private bool _ended;
    private bool _completed;

    public LiveStage(TextWriter writer, int columns, string title, string unit, long total, TimeProvider time)
    {
        _writer = writer;
        _columns = columns;
        _title = title.PadRight(TitleWidth);
        _figures = new StageFigures(unit, total, time);
        Draw(_figures.Describe());
    }

    public void Report(long done, long? total = null, string? note = null)
    {
        lock (_gate)
        {
            _figures.Update(done, total, note);
            if (!_ended && _figures.Elapsed - _drawnAt >= _interval)
            {
                Draw(_figures.Describe());
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
                _completed = true;
                End();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                End();
            }
        }
    }

    private void End()
    {
        _ended = true;
        Draw(_figures.DescribeEnd());
        _writer.WriteLine();
    }

    private void Draw(string figures)
    {
        _drawnAt = _figures.Elapsed;
        var fraction = _completed ? 1 : _figures.Fraction;
        var filled = (int)Math.Round(fraction * BarWidth);
        var room = Math.Max(0, _columns - TitleWidth - BarWidth - 3);
        var text = figures.Length <= room ? figures : figures[..room];

        // Green for what is done, grey for what is left; the bar's characters say the same without colours.
        _writer.Write($"{ClearLine}{_title} \e[32m{new string('━', filled)}\e[90m{new string('─', BarWidth - filled)}\e[0m {text}");
        _writer.Flush();
    }
}
