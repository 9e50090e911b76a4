using DpSynth.Catalogue;
using DpSynth.Embedders;
using DpSynth.Evaluation.Releases;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Functions.Operations;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Functions.Retention;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Webhooks;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Storage;
using DpSynth.Storage.Accounts;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Runs;
using DpSynth.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions;

/// <summary>The function app's composition, the same in Azure and on one machine.</summary>
public static class FunctionApp
{
    /// <summary>Registers everything the functions ask for.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">Holds <c>PrivateStorage</c> and <c>AzureWebJobsStorage</c>, each a connection string or identity-based settings.</param>
    public static void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddTelemetryExport(configuration, "dpsynth-functions", telemetry => telemetry.UseFunctionsWorker(configuration));
        services.AddMetrics();
        services.AddSingleton<FunctionInstruments>();
        services.AddSingleton<ActivityGuard>();

        services.TryAddSingleton(RequestParts.Json);
        services.TryAddSingleton(RequestParts.Reader);
        services.AddPrivateStorage(configuration);
        services.AddExchangeStorage(configuration);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IDiscreteGaussianNoise, SecureDiscreteGaussianNoise>();
        var models = configuration.GetSection(ModelOptions.SectionName).Get<ModelOptions>() ?? new ModelOptions();
        services.AddModelStorage(configuration, models.OpenDirectory().Path, provider => provider.GetRequiredService<ExchangeAccount>().Models);
        services.TryAddSingleton<IEmbedderFactory>(provider =>
            ModelEmbedderFactory.FromConfiguration(configuration, provider.GetRequiredService<IModelSource>()));

        services.AddOptions<AuthenticationOptions>().Bind(configuration.GetSection(AuthenticationOptions.SectionName));
        services.AddSingleton(provider => new CallerReader(provider.GetRequiredService<IOptions<AuthenticationOptions>>(), configuration));

        services.AddOptions<EventPushOptions>().Bind(configuration.GetSection(EventPushOptions.SectionName));
        services.AddOptions<AnnouncementOptions>().Bind(configuration.GetSection(AnnouncementOptions.SectionName));
        services.AddSingleton<RunAnnouncer>();
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.SectionName))
            .Validate(options => options.IsValid, WebhookOptions.Rule);
        services.AddSingleton<IWebhookRules, WebhookRules>();
        services.AddSingleton<WebhookCaller>();

        services.AddSingleton<StrandedRuns>();
        services.AddSingleton<UnstartedRuns>();
        services.AddSingleton<DoubtfulRuns>();
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.SectionName))
            .Validate(options => options.IsValid, RetentionOptions.Rule);

        services.AddSingleton<Methods>();
        services.AddPrivateEvolution();
        services.AddSingleton<RunAdmission>();
        services.AddSingleton<RunPlanner>();
        services.AddSingleton<PrivateEmbedding>();
        services.AddSingleton<PrivateImageCheck>();
        services.AddSingleton<NoisyMeasurement>();
        services.AddSingleton<WorkerCheck>();
        services.AddSingleton<WorkerReadiness>();
        services.AddSingleton<RunReservation>();
        services.AddSingleton<GenerationDispatcher>();
        services.TryAddSingleton(_ => OnnxNeighbourSearch.FromConfiguration(configuration));
        services.AddSingleton<ReleaseScoring>();
        services.AddSingleton<RunPublication>();
        services.AddSingleton<RunClosure>();
        services.AddSingleton<Runs.RunStarter>();
        services.AddSingleton<RunQueries>();
    }
}
