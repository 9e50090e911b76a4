using System.Reflection;
using System.Text.Json;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Functions.Runs;
using DpSynth.Infra.Tests.Compiler;
using DpSynth.Infra.Tests.Deployments;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

/// <summary>Pushing events to the function app, which opens a way in and is off unless everything for it is turned on.</summary>
public class EventPushTests
{
    private const string Subscriptions = "Microsoft.EventGrid/topics/eventSubscriptions";

    [Theory]
    [MemberData(nameof(Deployment.Closed), MemberType = typeof(Deployment))]
    public void Nothing_is_pushed_into_a_closed_network_whatever_is_asked_for(string name)
    {
        var deployment = Deployment.Named(name);
        Assert.DoesNotContain(deployment.Of(Subscriptions), subscription => subscription.At("properties.destination") is not null);
        Assert.Equal(("true", "", ""), Settings(deployment));
    }

    [Fact]
    public void Event_grid_is_told_to_push_no_earlier_than_the_code_is_there_that_it_asks()
    {
        Assert.Equal("false", Settings(Deployment.Undeployed).Disabled);
        Assert.DoesNotContain(Deployment.Undeployed.Of(Subscriptions), subscription => subscription.At("properties.destination") is not null);
        Assert.Equal(Settings(Deployment.Undeployed), Settings(Deployment.Trial));
    }

    [Fact]
    public void Turned_on_in_an_open_network_event_grid_shows_a_token_and_the_app_knows_the_subscription()
    {
        var push = Deployment.Trial.Of(Subscriptions).Single(subscription => subscription.At("properties.destination") is not null);
        Assert.Equal(("false", Deployment.Trial.Single("Microsoft.EventGrid/topics").Id, push.OwnName), Settings(Deployment.Trial));
        Assert.StartsWith($"{Deployment.Trial.Single("Microsoft.EventGrid/topics").Id}/", push.Id, StringComparison.Ordinal);
        Assert.Equal("WebHook", push.Value("properties.destination.endpointType"));
        Assert.Equal("00000000-0000-0000-0000-000000000002", push.Value("properties.destination.properties.azureActiveDirectoryTenantId"));
        Assert.Equal(
            Deployment.Trial.Single("Microsoft.Web/sites/config").Value("properties.identityProviders.azureActiveDirectory.registration.clientId"),
            push.Value("properties.destination.properties.azureActiveDirectoryApplicationIdOrUri"));
        Assert.Equal("1.2", push.Value("properties.destination.properties.minimumTlsVersionAllowed"));
        Assert.Equal([RequestEnvelope.RunRequested], push.Texts("properties.filter.includedEventTypes"));
        Assert.Equal("CloudEventSchemaV1_0", push.Value("properties.eventDeliverySchema"));
    }

    [Fact]
    public void Address_is_the_route_of_the_function_and_holds_no_key()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Repository.File("host.json")));
        var prefix = host.RootElement.GetProperty("extensions").GetProperty("http").GetProperty("routePrefix").GetString();
        var trigger = typeof(OnRequestPushed).GetMethods().SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().Single();
        Assert.Equal(["options", "post"], trigger.Methods!.Order(StringComparer.Ordinal));
        Assert.EndsWith(
            $"/{prefix}/{trigger.Route}', reference(resourceId('Microsoft.Web/sites', format('func-dpsynth-{{0}}', parameters('suffix'))), "
                + "'2025-03-01').defaultHostName)]",
            BicepCompiler.Build(Path.Combine(Repository.Infra, "modules", "function-app.bicep"))["outputs"]!["pushAddress"]!["value"]!.GetValue<string>(),
            StringComparison.Ordinal);

        var push = Deployment.Trial.Of(Subscriptions).Single(subscription => subscription.At("properties.destination") is not null);
        var address = (string)push.Value("properties.destination.properties.endpointUrl")!;
        Assert.Contains($"/{prefix}/{trigger.Route}'", address, StringComparison.Ordinal);
        Assert.DoesNotContain("code=", address, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Guide_gives_event_grid_the_role_that_the_app_asks_for()
    {
        using var roles = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Infra, "app-roles.json")));
        var role = roles.RootElement.EnumerateArray().Single(role => role.GetProperty("value").GetString() == AppRoles.PushEvents);
        Assert.Equal(
            ["Application", "User"], role.GetProperty("allowedMemberTypes").EnumerateArray().Select(type => type.GetString()!).Order(StringComparer.Ordinal));
        var guide = File.ReadAllText(Repository.File("docs/deploy.md"));
        Assert.Contains($"\\\"appRoleId\\\": \\\"{role.GetProperty("id").GetString()}\\\"", guide, StringComparison.Ordinal);
        Assert.Contains($"`{AppRoles.PushEvents}`", guide, StringComparison.Ordinal);
    }

    private static (string Disabled, string Topic, string Subscription) Settings(Deployment deployment)
    {
        var settings = deployment.Single("Microsoft.Web/sites").At("properties.siteConfig.appSettings")!.AsArray()
            .ToDictionary(setting => setting!["name"]!.GetValue<string>(), setting => setting!["value"]!.GetValue<string>(), StringComparer.Ordinal);
        return (
            settings[$"AzureWebJobs.{nameof(OnRequestPushed)}.Disabled"],
            settings[$"{EventPushOptions.SectionName}__{nameof(EventPushOptions.Topic)}"],
            settings[$"{EventPushOptions.SectionName}__{nameof(EventPushOptions.Subscription)}"]);
    }
}
