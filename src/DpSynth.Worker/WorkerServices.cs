using DpSynth.Catalogue;
using DpSynth.Embedders;
using DpSynth.Generators;
using DpSynth.Generators.DrawText;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Generators.StableDiffusion;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Workers;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Telemetry;
using DpSynth.Telemetry;
using DpSynth.Worker.Health;
using DpSynth.Worker.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Worker;

/// <summary>Registers a worker.</summary>
public static class WorkerServices
{
    /// <summary>
    /// Registers <see cref="GenerationWorker"/> and what it works with; all of its storage is <see cref="WorkerStorage"/>, so the container
    /// it is registered in must be the worker's own. What is registered already stays.
    /// </summary>
    /// <param name="services">The worker's services.</param>
    /// <param name="configuration">
    /// Holds what <see cref="WorkerStorage.FromConfiguration"/> reads, and the sections <c>Worker</c>, <c>Models</c> and <c>ImageApi</c>.
    /// </param>
    public static IServiceCollection AddGenerationWorker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<GenerationWorkerOptions>()
            .Bind(configuration.GetSection(GenerationWorkerOptions.SectionName))
            .Validate(options => options.IsValid, GenerationWorkerOptions.Rule);
        services.AddOptions<HostOptions>().Configure<IOptions<GenerationWorkerOptions>>(
            (host, worker) => host.ShutdownTimeout = worker.Value.ShutdownTimeout);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<DecodeLimits>();
        services.TryAddSingleton<ImageDecoder>();
        services.TryAddSingleton(RequestParts.Json);
        services.TryAddSingleton(provider => WorkerStorage.FromConfiguration(
            configuration, provider.GetService<ILoggerFactory>(), provider.GetService<BlobCallPolicies>()));
        services.TryAddSingleton<ICandidateStore>(provider => new CandidateStore(
            provider.GetRequiredService<WorkerStorage>().Candidates, provider.GetRequiredService<ImageDecoder>(), provider.GetRequiredService<RequestJson>()));
        services.TryAddSingleton<IPublicImageSource>(provider => new PublicImageSource(
            provider.GetRequiredService<WorkerStorage>().Candidates, provider.GetRequiredService<ImageDecoder>()));
        services.TryAddSingleton(_ => FontCatalogue.Open());
        var models = configuration.GetSection(ModelLibraryOptions.SectionName).Get<ModelLibraryOptions>() ?? new ModelLibraryOptions();
        services.AddModelStorage(configuration, models.OpenDirectory().Path, provider => provider.GetRequiredService<WorkerStorage>().Models);
        services.TryAddSingleton(provider => new ModelLibrary(
            models, provider.GetRequiredService<IModelSource>(), provider.GetRequiredService<ModelInstruments>()));
        services.TryAddSingleton<IDrawingStore>(provider => new DrawingStore(provider.GetRequiredService<WorkerStorage>().Candidates));
        services.TryAddSingleton<ISharedRecords>(provider => new SharedRecords(provider.GetRequiredService<WorkerStorage>().Candidates));
        services.TryAddSingleton(_ => configuration.GetSection(ImageApiOptions.SectionName).Get<ImageApiOptions>() ?? new ImageApiOptions());
        services.TryAddSingleton<ImageApi>();
        services.AddGenerators();
        services.TryAddSingleton<IEmbedderFactory>(provider =>
            ModelEmbedderFactory.FromConfiguration(configuration, provider.GetRequiredService<IModelSource>()));
        services.TryAddSingleton<GeneratorCache>();
        services.TryAddSingleton<ShardMaker>();
        services.TryAddSingleton<WorkerCheck>();
        services.TryAddSingleton<IWorkerJobRunner, JobRunner>();
        services.TryAddSingleton<WorkerHealth>();
        services.TryAddSingleton<WorkerInstruments>();
        services.TryAddSingleton<WarmUp>();

        // Stopped in the other order: probes are answered, and measurements sent, until the last job is put back.
        services.AddTelemetryExport(configuration, "dpsynth-worker");
        services.AddHostedService<HealthServer>();
        services.AddHostedService<GenerationWorker>();
        return services;
    }
}
