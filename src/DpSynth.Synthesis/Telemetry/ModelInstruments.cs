using System.Diagnostics.Metrics;

namespace DpSynth.Synthesis.Telemetry;

/// <summary>Measures how models come to this machine.</summary>
public sealed class ModelInstruments
{
    private readonly Histogram<double> _loading;
    private readonly Counter<long> _downloaded;

    /// <summary>Makes the instruments <c>dpsynth.model.load.duration</c> (s) and <c>dpsynth.model.download.size</c> (By).</summary>
    public ModelInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(TelemetrySource.Name);
        _loading = meter.CreateHistogram<double>("dpsynth.model.load.duration", "s", "Time to open a model, its download included.");
        _downloaded = meter.CreateCounter<long>("dpsynth.model.download.size", "By", "Bytes of models fetched from the exchange account.");
    }

    /// <summary>A generator's model was opened.</summary>
    /// <param name="time">How long it took.</param>
    /// <param name="provider">What executes it.</param>
    public void Loaded(TimeSpan time, string provider) => _loading.Record(time.TotalSeconds, new KeyValuePair<string, object?>("provider", provider));

    /// <summary>Some bytes of a model have arrived.</summary>
    public void Downloaded(long bytes) => _downloaded.Add(bytes);
}
