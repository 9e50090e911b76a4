using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Telemetry;

/// <summary>Registers the way out of measurements and traces.</summary>
public static class TelemetryServices
{
    /// <summary>Registers <see cref="TelemetryExport"/>; before all other hosted services, so that it stops after them.</summary>
    /// <param name="services">The process's services.</param>
    /// <param name="configuration">Holds the settings of OpenTelemetry's specification.</param>
    /// <param name="serviceName">What the process is called where its measurements arrive, such as <c>dpsynth-worker</c>.</param>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration, string serviceName) =>
        services.AddHostedService(_ => new TelemetryExport(configuration, serviceName));
}
