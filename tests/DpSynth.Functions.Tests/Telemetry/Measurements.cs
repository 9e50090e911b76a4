using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Functions.Tests.Telemetry;

/// <summary>Takes down what the instruments of one factory measure, as <c>name{label=value,…}</c>.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == Factory)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, labels, _) => Take(instrument, labels));
        _listener.SetMeasurementEventCallback<double>((instrument, _, labels, _) => Take(instrument, labels));
        _listener.Start();
    }

    public IMeterFactory Factory => _services.GetRequiredService<IMeterFactory>();

    public ConcurrentQueue<string> Taken { get; } = new();

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private void Take(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> labels) =>
        Taken.Enqueue($"{instrument.Name}{{{string.Join(',', labels.ToArray().Select(label => $"{label.Key}={label.Value}"))}}}");
}
