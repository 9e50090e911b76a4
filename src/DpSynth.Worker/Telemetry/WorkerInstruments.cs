using System.Diagnostics.Metrics;
using DpSynth.Synthesis.Telemetry;

namespace DpSynth.Worker.Telemetry;

/// <summary>Measures a worker's jobs. Their labels say how a job ended, never whose it was.</summary>
internal sealed class WorkerInstruments
{
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _images;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _wait;

    public WorkerInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(TelemetrySource.Name);
        _jobs = meter.CreateCounter<long>("dpsynth.worker.jobs", "{job}", "Jobs taken, by how they ended.");
        _images = meter.CreateCounter<long>("dpsynth.worker.images", "{image}", "Candidates made; the images of the lookahead are not counted.");
        _active = meter.CreateUpDownCounter<long>("dpsynth.worker.jobs.active", "{job}", "Jobs at work.");
        _duration = meter.CreateHistogram<double>("dpsynth.worker.job.duration", "s", "Time from a job's begin to its end.");
        _wait = meter.CreateHistogram<double>("dpsynth.worker.job.wait", "s", "Time a job lay in the queue before it was begun for the first time.");
    }

    /// <summary>A job was begun.</summary>
    /// <param name="wait">How long it had waited; null if it was begun before.</param>
    public void Began(TimeSpan? wait)
    {
        _active.Add(1);
        if (wait is { } waited)
        {
            _wait.Record(Math.Max(0, waited.TotalSeconds));
        }
    }

    /// <summary>A job has ended.</summary>
    public void Ended(JobOutcome outcome, TimeSpan time, int images)
    {
        var label = new KeyValuePair<string, object?>("outcome", outcome.ToLabel());
        _active.Add(-1);
        _jobs.Add(1, label);
        _duration.Record(time.TotalSeconds, label);
        if (outcome == JobOutcome.Done)
        {
            _images.Add(images);
        }
    }
}
