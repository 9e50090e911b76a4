using OpenTelemetry;

namespace Microsoft.Azure.Functions.Worker
{
    public class WorkerOptions
    {
        public IDictionary<string, string> Capabilities { get; } = new Dictionary<string, string>();
    }
}

namespace Microsoft.Azure.Functions.Worker.OpenTelemetry
{
    public static class ConfigureFunctionsOpenTelemetry
    {
        public static IOpenTelemetryBuilder UseFunctionsWorkerDefaults(this IOpenTelemetryBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);
            return builder;
        }
    }
}
