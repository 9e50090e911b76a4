using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Functions.Retention;
using DpSynth.Functions.Webhooks;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Infra.Tests.Deployments;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Workers;
using DpSynth.Telemetry;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

public class SettingTests
{
    private const string WebhookSecret = $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.Secret)}";
    private const string ImageApiAuthenticationSetting = $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Authentication)}";

    /// <summary>Settings that the platform reads, not this code.</summary>
    private static readonly string[] _platform =
    [
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        $"{ExchangeAccount.SettingName}__tableServiceUri",
    ];

    /// <summary>What identity-based connections need, each of them.</summary>
    private static readonly string[] _exchange = Identity(ExchangeAccount.SettingName, "blob", "queue");

    private static readonly string[] _private = Identity(PrivateAccount.SettingName, "blob");

    /// <summary>The last two are read by OpenTelemetry's own library.</summary>
    private static readonly string[] _telemetry = [TelemetryExport.EndpointSetting, "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"];

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Settings_of_the_function_app_are_those_of_the_code(string name) =>
        Assert.Equal(
            _platform.Concat(_exchange).Concat(_private).Concat(
            [
                $"{AuthenticationOptions.SectionName}__{nameof(AuthenticationOptions.Mode)}",
                $"AzureWebJobs.{nameof(OnRequestPushed)}.Disabled",
                $"{EventPushOptions.SectionName}__{nameof(EventPushOptions.Topic)}",
                $"{EventPushOptions.SectionName}__{nameof(EventPushOptions.Subscription)}",
                $"{RetentionOptions.SectionName}__{nameof(RetentionOptions.Days)}",
                $"{RetentionOptions.SectionName}__{nameof(RetentionOptions.KeepWork)}",
                $"{AnnouncementOptions.SectionName}__{nameof(AnnouncementOptions.Source)}",
                $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.AllowedHosts)}",
                $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.PrivateHosts)}",
                WebhookSecret,
            ]).Concat(name == nameof(Deployment.Standard) ? [] : _telemetry).Order(StringComparer.Ordinal),
            Names(App(Deployment.Named(name))));

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void An_instance_is_always_ready_to_poll_the_task_hub(string name)
    {
        var ready = Deployment.Named(name).Single("Microsoft.Web/sites").At("properties.functionAppConfig.scaleAndConcurrency.alwaysReady");
        Assert.Equal("durable", Assert.Single(ready!.AsArray())!["name"]!.GetValue<string>());
    }

    [Fact]
    public void Orchestrations_live_where_the_app_has_the_package_for_it()
    {
        // Of the backends only Azure Storage's is part of the package that the app refers to.
        using var host = JsonDocument.Parse(File.ReadAllText(Repository.File("host.json")));
        Assert.False(host.RootElement.GetProperty("extensions").GetProperty("durableTask").GetProperty("storageProvider").TryGetProperty("type", out _));
        Assert.All(
            new[] { Deployment.Standard, Deployment.Complete, Deployment.Trial }.SelectMany(deployment => Names(App(deployment))),
            name => Assert.DoesNotContain("durableTask", name, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Settings_of_the_worker_are_an_identity_on_the_exchange_account_and_an_image_api(string name) =>
        Assert.Equal(
            _exchange.Concat(
            [
                $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Endpoint)}",
                ImageApiAuthenticationSetting,
                $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.ClientId)}",
                $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.RequestsPerMinute)}",
            ]).Concat(name == nameof(Deployment.Standard) ? [] : _telemetry).Order(StringComparer.Ordinal),
            Names(Worker(Deployment.Named(name))));

    [Fact]
    public void Worker_is_told_the_address_of_the_azure_openai_resource_alone()
    {
        var endpoint = Worker(Deployment.Complete)[$"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Endpoint)}"];

        Assert.Equal(
            $"https://{Deployment.Complete.Single("Microsoft.CognitiveServices/accounts").At("properties.customSubDomainName")}.openai.azure.com/", endpoint);
        Assert.Null(new ImageApiOptions { Endpoint = new Uri(endpoint) }.DescribeFault());
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Worker_asks_the_image_api_as_its_identity_and_never_with_a_key(string name) =>
        Assert.Equal(nameof(ImageApiAuthentication.EntraId), Worker(Deployment.Named(name))[ImageApiAuthenticationSetting]);

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Storage_settings_are_identities_and_never_connection_strings_or_signed_access(string name)
    {
        foreach (var (settings, accounts) in new[] { (App(Deployment.Named(name)), 2), (Worker(Deployment.Named(name)), 1) })
        {
            string[] credentials = [.. settings.Keys.Where(setting => setting.EndsWith("__credential", StringComparison.Ordinal))];
            Assert.Equal(accounts, credentials.Length);
            Assert.All(credentials, setting => Assert.Equal("managedidentity", settings[setting]));
            Assert.All(
                settings.Where(setting => setting.Key.EndsWith("ServiceUri", StringComparison.Ordinal)),
                setting => Assert.Matches(@"^\[reference\('[^']*/storageAccounts/[^']+', '[^']+'\)\.primaryEndpoints\.(blob|queue|table)\]$", setting.Value));
            string[] never = [ExchangeAccount.SettingName, PrivateAccount.SettingName, WorkerAccess.SettingName, WorkerAccess.FileSettingName];
            Assert.Empty(settings.Keys.Intersect(never));
        }
    }

    [Fact]
    public void Telemetry_goes_where_the_operator_says()
    {
        foreach (var settings in new[] { App(Deployment.Complete), Worker(Deployment.Complete) })
        {
            Assert.Equal("https://otlp.example.org", settings[TelemetryExport.EndpointSetting]);
            Assert.Equal("grpc", settings["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        }
    }

    [Fact]
    public void Api_asks_for_a_token_before_the_code_runs()
    {
        var settings = Deployment.Standard.Of("Microsoft.Web/sites/config").Single(config => config.OwnName == "authsettingsV2");
        Assert.Equal(true, settings.Value("properties.platform.enabled"));
        Assert.Equal(true, settings.Value("properties.globalValidation.requireAuthentication"));
        Assert.Equal("Return401", settings.Value("properties.globalValidation.unauthenticatedClientAction"));
        Assert.Null(settings.At("properties.globalValidation.excludedPaths"));

        // The code believes the header with the caller only because of this.
        Assert.Equal(
            nameof(AuthenticationMode.EasyAuth), App(Deployment.Standard)[$"{AuthenticationOptions.SectionName}__{nameof(AuthenticationOptions.Mode)}"]);
    }

    [Fact]
    public void App_roles_are_those_of_the_code()
    {
        using var roles = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Infra, "app-roles.json")));
        Assert.Equal(
            AppRoles.All.Order(StringComparer.Ordinal),
            roles.RootElement.EnumerateArray().Select(role => role.GetProperty("value").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(AppRoles.All.Count, roles.RootElement.EnumerateArray().Select(role => role.GetProperty("id").GetGuid()).Distinct().Count());
    }

    [Fact]
    public void No_function_is_opened_by_a_key()
    {
        var triggers = typeof(AppRoles).Assembly.GetTypes().SelectMany(type => type.GetMethods()).SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().ToArray();
        Assert.NotEmpty(triggers);
        Assert.All(triggers, trigger => Assert.Equal(AuthorizationLevel.Anonymous, trigger.AuthLevel));
    }

    private static string[] Identity(string account, params string[] services) =>
        [$"{account}__credential", $"{account}__clientId", .. services.Select(service => $"{account}__{service}ServiceUri")];

    private static IEnumerable<string> Names(Dictionary<string, string> settings) => settings.Keys.Order(StringComparer.Ordinal);

    private static Dictionary<string, string> App(Deployment deployment) =>
        Settings(deployment.Single("Microsoft.Web/sites").At("properties.siteConfig.appSettings")!);

    private static Dictionary<string, string> Worker(Deployment deployment) =>
        Settings(Assert.Single(deployment.Single("Microsoft.App/containerApps").At("properties.template.containers")!.AsArray())!["env"]!);

    private static Dictionary<string, string> Settings(JsonNode list) => list.AsArray().ToDictionary(
        setting => setting!["name"]!.GetValue<string>(),
        setting => setting!["value"]?.GetValue<string>() ?? $"secret {setting["secretRef"]!.GetValue<string>()}", StringComparer.Ordinal);
}
