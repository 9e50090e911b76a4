using DpSynth.Functions.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Tests.Telemetry;

public class WorkerTelemetryTests
{
    [Fact]
    public void Logs_stay_with_the_host_whatever_the_packages_tell_it()
    {
        var services = new ServiceCollection();
        services.AddOpenTelemetry().UseFunctionsWorker(new ConfigurationBuilder().Build());
        services.Configure<WorkerOptions>(worker =>
        {
            worker.Capabilities["WorkerOpenTelemetryEnabled"] = "True";
            worker.Capabilities["WorkerOpenTelemetrySchemaVersion"] = "1.37.0";
            worker.Capabilities["HandlesInvocationCancelMessage"] = "True";
        });

        using var provider = services.BuildServiceProvider();
        var told = provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities;

        Assert.DoesNotContain(told.Keys, name => name.Contains("OpenTelemetry", StringComparison.Ordinal));
        Assert.Equal("True", told["HandlesInvocationCancelMessage"]);
    }
}
