using DpSynth.Synthesis.Generation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.Worker.Tests;

/// <summary>The worker is put together as its program does it, and everything in it is really made; nothing of it calls a service.</summary>
public sealed class CompositionTests
{
    [Fact]
    public async Task Everything_that_is_registered_can_be_made()
    {
        var builder = WorkerHost.CreateBuilder([], new Dictionary<string, string?> { ["AzureWebJobsStorage:accountName"] = "one" });
        builder.Logging.ClearProviders();
        Type[] ours = [.. builder.Services.Select(static service => service.ServiceType)
            .Where(static type => type.Namespace?.StartsWith("DpSynth", StringComparison.Ordinal) == true).Distinct()];
        await using var services = builder.Services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.All(ours, type => Assert.IsAssignableFrom(type, services.GetRequiredService(type)));
        Assert.IsType<Synthesis.Generation.JobRunner>(services.GetRequiredService<IWorkerJobRunner>());
        Assert.Contains(services.GetServices<IHostedService>(), static service => service is GenerationWorker);
        Assert.InRange(ours.Length, 15, 100);
    }
}
