using Azure.Storage.Blobs;
using DpSynth.Imaging.Decoding;
using DpSynth.Ledgers;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Datasets;
using DpSynth.Storage.Models;
using DpSynth.Storage.Queues;
using DpSynth.Storage.Releases;
using DpSynth.Storage.Runs;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage;

/// <summary>Registers the stores of the two accounts. Settings are read when a store is first asked for.</summary>
public static class StorageServices
{
    /// <summary>
    /// Registers <see cref="PrivateAccount"/>, the ports of <see cref="PrivateStore"/>, <see cref="IPrivacyLedger"/> and
    /// <see cref="ILedgerAdministration"/> over the setting <c>PrivateStorage</c>. A
    /// <see cref="RequestJson"/> must be registered too, here and for <see cref="AddExchangeStorage"/>.
    /// </summary>
    public static IServiceCollection AddPrivateStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => PrivateAccount.FromConfiguration(
            configuration, provider.GetService<ILoggerFactory>(), provider.GetService<BlobCallPolicies>()));
        services.TryAddSingleton<PrivateStore>();
        services.TryAddSingleton<IDatasetStore>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IExactWorkRetention>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IRunRecords>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IOwnerDetails>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IPrivateEmbeddings>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IExactWork>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<IMeasurements>(provider => provider.GetRequiredService<PrivateStore>());
        services.TryAddSingleton<ILedgerStorage>(provider => new BlobLedgerStorage(provider.GetRequiredService<PrivateAccount>()));
        services.TryAddSingleton(
            provider => new PrivacyLedger(provider.GetRequiredService<ILedgerStorage>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IPrivacyLedger>(provider => provider.GetRequiredService<PrivacyLedger>());
        services.TryAddSingleton<ILedgerAdministration>(provider => provider.GetRequiredService<PrivacyLedger>());
        return services;
    }

    /// <summary>
    /// Registers <see cref="ExchangeAccount"/>, <see cref="ICandidateStore"/>, <see cref="IPublicImageSource"/>,
    /// <see cref="IDrawingStore"/>, <see cref="ISharedRecords"/>, <see cref="IWorkerQueue"/>, <see cref="IRunRegistry"/>, <see cref="IRequestFiles"/>
    /// and <see cref="IReleaseStore"/> over the setting
    /// <c>AzureWebJobsStorage</c>.
    /// </summary>
    public static IServiceCollection AddExchangeStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => ExchangeAccount.FromConfiguration(
            configuration, provider.GetService<ILoggerFactory>(), provider.GetService<BlobCallPolicies>()));
        services.TryAddSingleton<DecodeLimits>();
        services.TryAddSingleton<ImageDecoder>();
        services.TryAddSingleton<ICandidateStore>(provider => new CandidateStore(
            provider.GetRequiredService<ExchangeAccount>().Candidates, provider.GetRequiredService<ImageDecoder>(),
                provider.GetRequiredService<RequestJson>()));
        services.TryAddSingleton<IPublicImageSource>(provider => new PublicImageSource(
            provider.GetRequiredService<ExchangeAccount>().Candidates, provider.GetRequiredService<ImageDecoder>()));
        services.TryAddSingleton<IDrawingStore>(provider => new DrawingStore(provider.GetRequiredService<ExchangeAccount>().Candidates));
        services.TryAddSingleton<ISharedRecords>(provider => new SharedRecords(provider.GetRequiredService<ExchangeAccount>().Candidates));
        services.TryAddSingleton<IWorkerQueue, WorkerQueue>();
        services.TryAddSingleton<IRunRegistry, RunRegistry>();
        services.TryAddSingleton<PoisonQueues>();
        services.TryAddSingleton<RunEventQueue>();
        services.TryAddSingleton<IRequestFiles, RequestFiles>();
        services.TryAddSingleton<IReleaseStore, ReleaseStore>();
        return services;
    }

    /// <summary>
    /// Registers <see cref="IModelCatalogue"/> and <see cref="IModelSource"/>: the models directory first, then the container <c>models</c>, from
    /// which models are fetched into the directory that the setting <c>Models:Cache</c> names.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">Holds the section <c>Models</c>.</param>
    /// <param name="directory">The models directory.</param>
    /// <param name="container">Finds the container.</param>
    public static IServiceCollection AddModelStorage(
        this IServiceCollection services, IConfiguration configuration, string directory, Func<IServiceProvider, BlobContainerClient> container)
    {
        services.AddMetrics();
        services.TryAddSingleton<ModelInstruments>();
        services.TryAddSingleton<FileHashes>();
        services.TryAddSingleton(provider => new ModelContainer(container(provider)));
        services.TryAddSingleton(provider => new ModelCache(
            (configuration.GetSection(ModelStoreOptions.SectionName).Get<ModelStoreOptions>() ?? new ModelStoreOptions()).CacheDirectory,
            provider.GetRequiredService<ModelContainer>(),
            provider.GetRequiredService<FileHashes>(),
            provider.GetRequiredService<ModelInstruments>()));
        services.TryAddSingleton(provider => new ModelStore(
            new LocalModels(directory, provider.GetRequiredService<FileHashes>()),
            provider.GetRequiredService<ModelContainer>(),
            provider.GetRequiredService<ModelCache>()));
        services.TryAddSingleton<IModelCatalogue>(provider => provider.GetRequiredService<ModelStore>());
        services.TryAddSingleton<IModelSource>(provider => provider.GetRequiredService<ModelStore>());
        return services;
    }
}
