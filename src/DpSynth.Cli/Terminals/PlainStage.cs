namespace DpSynth.Cli.Terminals;

/// <summary>A stage in a log: a line when it begins, one every few seconds, one when it ends.</summary>
internal sealed class PlainStage : IProgressStage
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TextWriter _writer;
    private readonly string _title;
    private readonly StageFigures _figures;
    private TimeSpan _writtenAt;
    private bool _ended;

    public PlainStage(TextWriter writer, string title, string unit, long total, TimeProvider time)
    {
        _writer = writer;
        _title = title;
        _figures = new StageFigures(unit, total, time);
        _writer.WriteLine(total > 1 ? $"{title}: {Figures.Count(total)} {unit}" : title);
    }

    public void Report(long done, long? total = null, string? note = null)
    {
        lock (_gate)
        {
            _figures.Update(done, total, note);
            if (!_ended && _figures.Elapsed - _writtenAt >= _interval)
            {
                _writtenAt = _figures.Elapsed;
                _writer.WriteLine($"{_title}: {_figures.Describe()}");
            }
        }
    }

    public void Complete(string? note = null)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _figures.Finish(note);
                _writer.WriteLine($"{_title}: done, {_figures.DescribeEnd()}");
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _ended = true;
                _writer.WriteLine($"{_title}: stopped, {_figures.DescribeEnd()}");
            }
        }
    }
}
