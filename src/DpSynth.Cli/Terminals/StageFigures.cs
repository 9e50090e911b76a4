namespace DpSynth.Cli.Terminals;

/// <summary>How far a stage is: the figures behind a progress line.</summary>
internal sealed class StageFigures
{
    private static readonly TimeSpan _beginning = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private long _doneBefore;

    public StageFigures(string unit, long total, TimeProvider time)
    {
        Unit = unit;
        Total = total;
        _time = time;
        _startedAt = time.GetTimestamp();
    }

    public string Unit { get; }

    public long Done { get; private set; }

    public long Total { get; private set; }

    public string Note { get; private set; } = "";

    public TimeSpan Elapsed => _time.GetElapsedTime(_startedAt);

    public double Fraction => Total > 0 ? Math.Clamp((double)Done / Total, 0, 1) : 0;

    /// <summary>Units a second since the stage began to be watched; 0 while that is not known.</summary>
    public double Rate => Elapsed > _beginning ? Math.Max(0, Done - _doneBefore) / Elapsed.TotalSeconds : 0;

    public void Update(long done, long? total, string? note)
    {
        // What was done before anybody watched says nothing of the rate.
        _doneBefore = Elapsed > _beginning ? _doneBefore : done;
        Done = done;
        Total = total ?? Total;
        Note = note ?? Note;
    }

    public void Finish(string? note)
    {
        Done = Math.Max(Done, Total);
        Note = note ?? Note;
    }

    // One step or a rate of next to nothing says less than the time does.
    public bool IsCounted => Total != 1;

    private bool HasRate => IsCounted && Rate >= 0.1;

    /// <summary>For example <c>12,000/60,000 images  4,321/s  0:11 left</c>.</summary>
    public string Describe()
    {
        var text = !IsCounted ? "" : Total > 0 ? $"{Figures.Count(Done)}/{Figures.Count(Total)} {Unit}" : Done > 0 ? $"{Figures.Count(Done)} {Unit}" : "";
        if (HasRate)
        {
            text += $"  {Figures.Rate(Rate)}/s";
            if (Total > Done)
            {
                text += $"  {Figures.Duration(TimeSpan.FromSeconds((Total - Done) / Rate))} left";
            }
        }

        return Join(text, Note);
    }

    /// <summary>For example <c>60,000 images  4,321/s  14 s</c>.</summary>
    public string DescribeEnd()
    {
        var text = IsCounted && Done > 0 ? $"{Figures.Count(Done)} {Unit}" : "";
        if (HasRate)
        {
            text = Join(text, $"{Figures.Rate(Rate)}/s");
        }

        return Join(Join(text, Figures.Duration(Elapsed)), Note);
    }

    private static string Join(string text, string more) => text.Length == 0 ? more : more.Length == 0 ? text : $"{text}  {more}";
}
