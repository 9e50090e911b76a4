using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DpSynth.Worker;

/// <summary>
/// A worker's own host: settings from the environment and the command line, its own services, a graceful stop on SIGTERM, at which jobs
/// at work are finished or go back to the queue.
/// </summary>
public static class WorkerHost
{
    /// <summary>Makes the host of a worker; may run beside others in one process, nothing is shared between them.</summary>
    /// <param name="args">Settings as <c>--NAME=VALUE</c>.</param>
    /// <param name="settings">Settings that come before all others, such as a signed <see cref="Storage.Workers.WorkerAccess"/>.</param>
    public static HostApplicationBuilder CreateBuilder(string[] args, IEnumerable<KeyValuePair<string, string?>>? settings = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ApplicationName = "dpsynth-worker" });
        if (settings is not null)
        {
            builder.Configuration.AddInMemoryCollection(settings);
        }

        builder.Services.AddGenerationWorker(builder.Configuration);
        return builder;
    }
}
