using DpSynth.Synthesis.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DpSynth.Telemetry;

/// <summary>
/// Sends measurements and traces by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; protocol, headers and intervals are set by the other
/// variables of the OpenTelemetry specification. Without it nothing is collected.
/// </summary>
/// <param name="configuration">Holds the settings: environment variables or others of their names.</param>
/// <param name="serviceName">What the process is called where its measurements arrive.</param>
/// <remarks>It takes what all of its process measures: of several in one process, only one may be turned on.</remarks>
public sealed class TelemetryExport(IConfiguration configuration, string serviceName) : IHostedService, IDisposable
{
    /// <summary>The setting that turns it on.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private MeterProvider? _meters;
    private TracerProvider? _tracers;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration[EndpointSetting]))
        {
            return Task.CompletedTask;
        }

        var version = typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
        _meters = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(resource => resource.AddService(serviceName, serviceVersion: version))
            .AddMeter(TelemetrySource.Name)
            .AddMeter("System.Runtime")
            .AddOtlpExporter()
            .Build();
        _tracers = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .ConfigureResource(resource => resource.AddService(serviceName, serviceVersion: version))
            .AddSource(TelemetrySource.Name)
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left; registered first, it stops last.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(Dispose, CancellationToken.None);

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _meters?.Dispose();
        _tracers?.Dispose();
        (_meters, _tracers) = (null, null);
    }
}
