using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace DpSynth.Functions.Telemetry;

/// <summary>Fits OpenTelemetry to a worker of the Functions host whose logs go through the host, to Application Insights.</summary>
internal static class WorkerTelemetry
{
    private const string SamplerSetting = "OTEL_TRACES_SAMPLER";

    /// <summary>
    /// What says to the host that the worker sends its logs by itself, and makes it write them in a form from which the host cannot tell the
    /// invocation: it drops those, and with them the lines that the alerts look for.
    /// </summary>
    private static readonly string[] _ownLogs = ["WorkerOpenTelemetryEnabled", "WorkerOpenTelemetrySchemaVersion"];

    /// <summary>Adds the worker's spans and what it knows of its app in Azure; logs stay the host's business.</summary>
    /// <param name="telemetry">What is collected.</param>
    /// <param name="configuration">May hold <c>OTEL_TRACES_SAMPLER</c>. Without it every span is kept: the Functions host, which does not trace by
    /// OpenTelemetry, marks all calls as not to be sampled; a sampler that follows it drops the calls' spans, and each step's is a trace by itself
    /// that nothing ties to the host's record of the call.</param>
    public static void UseFunctionsWorker(this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        telemetry.UseFunctionsWorkerDefaults();
        telemetry.Services.PostConfigure<WorkerOptions>(static worker => Array.ForEach(_ownLogs, name => worker.Capabilities.Remove(name)));
        if (string.IsNullOrEmpty(configuration[SamplerSetting]))
        {
            telemetry.WithTracing(static traces => traces.SetSampler(new AlwaysOnSampler()));
        }
    }
}
