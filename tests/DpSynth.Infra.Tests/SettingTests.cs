using System.Reflection;
using System.Text.Json;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Callers;
using DpSynth.Functions.Retention;
using DpSynth.Functions.Runs;
using DpSynth.Functions.Webhooks;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Infra.Tests.Bicep;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Budgets;
using DpSynth.Storage.Workers;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

public class SettingTests
{
    /// <summary>Settings that the platform reads, not this code.</summary>
    private static readonly string[] _platform =
    [
        "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        $"{ExchangeAccount.SettingName}__tableServiceUri",
    ];

    /// <summary>What identity-based connections need, each of them.</summary>
    private static readonly string[] _exchange = Identity(ExchangeAccount.SettingName, "blob", "queue");

    private static readonly string[] _private = Identity(PrivateAccount.SettingName, "blob");

    [Fact]
    public void Settings_of_the_function_app_are_those_of_the_code() =>
        Assert.Equal(
            [
                .. _platform.Concat(_exchange).Concat(_private).Concat(
                [
                    $"{AuthenticationOptions.SectionName}__{nameof(AuthenticationOptions.Mode)}",
                    $"AzureWebJobs.{nameof(OnRequestPushed)}.Disabled",
                    $"{BudgetOptions.SectionName}__{nameof(BudgetOptions.DefaultEpsilon)}",
                    $"{BudgetOptions.SectionName}__{nameof(BudgetOptions.DefaultDelta)}",
                    $"{RetentionOptions.SectionName}__{nameof(RetentionOptions.Days)}",
                    $"{RetentionOptions.SectionName}__{nameof(RetentionOptions.KeepWork)}",
                    $"{AnnouncementOptions.SectionName}__{nameof(AnnouncementOptions.Source)}",
                    $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.AllowedHosts)}",
                    $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.PrivateHosts)}",
                    $"{WebhookOptions.SectionName}__{nameof(WebhookOptions.Secret)}",
                ]).Order(StringComparer.Ordinal),
            ],
            Names(Repository.Module("function-app").Maps("settings")));

    [Fact]
    public void Settings_of_the_scheduler_override_what_host_json_says()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Repository.File("host.json")));
        var durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        Assert.True(durable.TryGetProperty("hubName", out _));
        Assert.True(durable.TryGetProperty("storageProvider", out _));
        Assert.Equal(
            [
                "AzureFunctionsJobHost__extensions__durableTask__hubName",
                "AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName",
                "AzureFunctionsJobHost__extensions__durableTask__storageProvider__type",
                "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
            ],
            Names(Repository.Module("function-app").Maps("schedulerSettings")));
    }

    [Fact]
    public void Settings_of_the_worker_are_an_identity_on_the_exchange_account_and_an_image_api() =>
        Assert.Equal(
            [
                .. _exchange.Concat(
                [
                    $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Endpoint)}",
                    $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Authentication)}",
                    $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.ClientId)}",
                    $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.RequestsPerMinute)}",
                ]).Order(StringComparer.Ordinal),
            ],
            Names(Environment()));

    [Fact]
    public void Worker_asks_the_image_api_as_its_identity_and_never_with_a_key() =>
        Assert.Equal(
            nameof(ImageApiAuthentication.EntraId),
            Environment().Single(setting => (string)setting["name"]! == $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Authentication)}")["value"]);

    [Fact]
    public void Worker_is_given_no_signed_access()
    {
        var names = Names(Environment()).ToArray();
        Assert.DoesNotContain(WorkerAccess.SettingName, names);
        Assert.DoesNotContain(WorkerAccess.FileSettingName, names);
    }

    [Fact]
    public void Storage_settings_are_identities_and_never_connection_strings()
    {
        var settings = Repository.Module("function-app").Maps("settings").Concat(Environment()).ToArray();
        Assert.Equal(3, settings.Count(setting => ((string)setting["name"]!).EndsWith("__credential", StringComparison.Ordinal)));
        Assert.All(
            settings.Where(setting => ((string)setting["name"]!).EndsWith("__credential", StringComparison.Ordinal)),
            setting => Assert.Equal("managedidentity", setting["value"]));
        Assert.DoesNotContain(settings, setting => setting["name"] is ExchangeAccount.SettingName or PrivateAccount.SettingName);
    }

    [Fact]
    public void No_template_asks_for_a_key_or_a_secret_or_puts_one_out()
    {
        var calls = Repository.Templates().SelectMany(template => template.Expressions).SelectMany(expression => expression.All()).ToArray();
        Assert.DoesNotContain(calls.OfType<Call>(), call => call.Function.StartsWith("list", StringComparison.OrdinalIgnoreCase) || call.Function == "getSecret");
        Assert.DoesNotContain(calls.OfType<Member>(), member => Sounds(member.Value, "key1", "key2", "keys", "primaryKey", "secret", "password", "instrumentationKey"));
        var outputs = Repository.Templates().SelectMany(template => template.Outputs).ToArray();
        Assert.NotEmpty(outputs);
        // A key's name is no key; a connection string is taken from its resource where it is set, and put out nowhere.
        Assert.DoesNotContain(outputs, output => output.Symbol != "keyName" && Sounds(output.Symbol, "secret", "password", "token", "connection", "key"));
        Assert.DoesNotContain(
            outputs.SelectMany(output => output.Value.All()).OfType<Member>(), member => member.Value.Contains("ConnectionString", StringComparison.Ordinal));
    }

    [Fact]
    public void Api_asks_for_a_token_before_the_code_runs()
    {
        var settings = Repository.Module("function-app").Resources.Single(resource => resource.Type == "Microsoft.Web/sites/config");
        var properties = (Map)settings.Properties["properties"]!;
        var validation = (Map)properties["globalValidation"]!;
        Assert.Equal(true, ((Constant)validation["requireAuthentication"]!).Value);
        Assert.Equal("Return401", ((Text)validation["unauthenticatedClientAction"]!).Value);
        Assert.Null(validation["excludedPaths"]);
        Assert.Equal(true, ((Constant)((Map)properties["platform"]!)["enabled"]!).Value);

        // The code believes the header with the caller only because of this.
        var mode = Repository.Module("function-app").Maps("settings").Single(setting => (string)setting["name"]! == "Authentication__Mode");
        Assert.Equal(nameof(AuthenticationMode.EasyAuth), mode["value"]);
    }

    [Fact]
    public void App_roles_are_those_of_the_code()
    {
        using var roles = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Infra, "app-roles.json")));
        Assert.Equal(AppRoles.All.Order(StringComparer.Ordinal), roles.RootElement.EnumerateArray().Select(role => role.GetProperty("value").GetString()!).Order(StringComparer.Ordinal));
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

    private static bool Sounds(string name, params string[] words) => words.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static string[] Identity(string account, params string[] services) =>
        [$"{account}__credential", $"{account}__clientId", .. services.Select(service => $"{account}__{service}ServiceUri")];

    private static IEnumerable<string> Names(IEnumerable<IReadOnlyDictionary<string, object?>> settings) =>
        settings.Select(setting => (string)setting["name"]!).Order(StringComparer.Ordinal);

    private static IReadOnlyList<IReadOnlyDictionary<string, object?>> Environment()
    {
        var environment = (List)Repository.Module("worker").Expressions.SelectMany(expression => expression.All()).OfType<Map>()
            .Select(map => map["env"]).OfType<Expression>().Single();
        return [.. environment.Items.Cast<Map>().Select(item => item.Properties.ToDictionary(
            property => ((Text)property.Key).Value, property => property.Value is Text { Holes.Count: 0 } text ? text.Value : (object?)property.Value, StringComparer.Ordinal))];
    }
}
