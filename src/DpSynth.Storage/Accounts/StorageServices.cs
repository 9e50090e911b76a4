using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Datasets;
using DpSynth.Storage.Queues;
using DpSynth.Storage.Releases;
using DpSynth.Storage.Runs;
using DpSynth.Synthesis.Budgets;
using DpSynth.Synthesis.Budgets.Ledgers;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Releases;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DpSynth.Storage;

/// <summary>Registers the stores of the two accounts. Settings are read when a store is first asked for.</summary>
public static class StorageServices
{
    /// <summary>
    /// Registers <see cref="PrivateAccount"/>, <see cref="IPrivateStore"/>, <see cref="IPrivacyLedger"/> and
    /// <see cref="ILedgerAdministration"/> over the setting <c>PrivateStorage</c>; section <c>Budget</c> sets <see cref="BudgetOptions"/>.
    /// </summary>
    public static IServiceCollection AddPrivateStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<BudgetOptions>().Bind(configuration.GetSection(BudgetOptions.SectionName))
            .Validate(options => options.IsValid, BudgetOptions.Rule);
        services.TryAddSingleton(_ => PrivateAccount.FromConfiguration(configuration));
        services.TryAddSingleton<IPrivateStore, PrivateStore>();
        services.TryAddSingleton<ILedgerStorage>(provider => new BlobLedgerStorage(provider.GetRequiredService<PrivateAccount>()));
        services.TryAddSingleton(provider =>
        {
            var cap = provider.GetRequiredService<IOptions<BudgetOptions>>().Value;
            return new PrivacyLedger(
                provider.GetRequiredService<ILedgerStorage>(),
                new LedgerCap(cap.DefaultEpsilon, cap.DefaultDelta),
                provider.GetRequiredService<TimeProvider>());
        });
        services.TryAddSingleton<IPrivacyLedger>(provider => provider.GetRequiredService<PrivacyLedger>());
        services.TryAddSingleton<ILedgerAdministration>(provider => provider.GetRequiredService<PrivacyLedger>());
        return services;
    }

    /// <summary>
    /// Registers <see cref="ExchangeAccount"/>, <see cref="ICandidateStore"/>, <see cref="IPublicImageSource"/>,
    /// <see cref="IGenerationQueue"/>, <see cref="IRunRegistry"/>, <see cref="IRequestFiles"/> and <see cref="IReleaseStore"/> over the setting
    /// <c>AzureWebJobsStorage</c>.
    /// </summary>
    public static IServiceCollection AddExchangeStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => ExchangeAccount.FromConfiguration(configuration));
        services.TryAddSingleton<DecodeLimits>();
        services.TryAddSingleton<ImageDecoder>();
        services.TryAddSingleton<ICandidateStore>(provider => new CandidateStore(
            provider.GetRequiredService<ExchangeAccount>().Candidates, provider.GetRequiredService<ImageDecoder>()));
        services.TryAddSingleton<IPublicImageSource>(provider => new PublicImageSource(
            provider.GetRequiredService<ExchangeAccount>().Candidates, provider.GetRequiredService<ImageDecoder>()));
        services.TryAddSingleton<IGenerationQueue, GenerationQueue>();
        services.TryAddSingleton<IRunRegistry, RunRegistry>();
        services.TryAddSingleton<PoisonQueues>();
        services.TryAddSingleton<RunEventQueue>();
        services.TryAddSingleton<IRequestFiles, RequestFiles>();
        services.TryAddSingleton<IReleaseStore, ReleaseStore>();
        return services;
    }
}
