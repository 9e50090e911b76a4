using DpSynth.Synthesis.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DpSynth.Worker.Telemetry;

/// <summary>
/// Sends measurements and traces by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; protocol, headers and intervals are set by the other
/// variables of the OpenTelemetry specification. Without it nothing is collected.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration) : IHostedService, IDisposable
{
    /// <summary>The setting that turns it on.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ServiceName = "dpsynth-worker";

    private MeterProvider? _meters;
    private TracerProvider? _tracers;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration[EndpointSetting]))
        {
            return Task.CompletedTask;
        }

        var version = typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
        _meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: version))
            .AddMeter(TelemetrySource.Name)
            .AddMeter("System.Runtime")
            .AddOtlpExporter()
            .Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: version))
            .AddSource(TelemetrySource.Name)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left; registered first, it stops last.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
        (_meters, _tracers) = (null, null);
    }
}
