using DpSynth.Synthesis.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DpSynth.Telemetry;

/// <summary>
/// Sends measurements and traces by OTLP where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set; protocol, headers and intervals are set by the other
/// variables of the OpenTelemetry specification. Without it nothing is collected.
/// </summary>
/// <remarks>It takes what all of its process measures: of several in one process, only one may be turned on.</remarks>
public static class TelemetryExport
{
    /// <summary>The setting that turns it on.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Registers it. What is left is sent when the process's services are disposed, after all of them have stopped.</summary>
    /// <param name="services">The process's services.</param>
    /// <param name="configuration">Holds the settings: environment variables or others of their names.</param>
    /// <param name="serviceName">
    /// What the process is called where its measurements arrive, such as <c>dpsynth-worker</c>, if <c>OTEL_SERVICE_NAME</c> names nothing else.
    /// </param>
    /// <param name="configure">What else the kind of process needs, where anything is sent.</param>
    public static IServiceCollection AddTelemetryExport(
        this IServiceCollection services, IConfiguration configuration, string serviceName, Action<IOpenTelemetryBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrEmpty(configuration[EndpointSetting]))
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry();
        configure?.Invoke(telemetry);
        var version = typeof(TelemetryExport).Assembly.GetName().Version?.ToString(3);
        telemetry
            .ConfigureResource(resource => resource.AddService(serviceName, serviceVersion: version).AddEnvironmentVariableDetector())
            .WithMetrics(meters => meters.AddMeter(TelemetrySource.Name).AddMeter("System.Runtime").AddOtlpExporter())
            .WithTracing(traces => traces.AddSource(TelemetrySource.Name).AddProcessor(new ReasonlessSpans()).AddOtlpExporter());
        return services;
    }
}
