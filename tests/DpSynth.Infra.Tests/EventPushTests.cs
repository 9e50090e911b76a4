using System.Reflection;
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
        Assert.Equal("true", Disabled(deployment));
    }

    [Fact]
    public void Turned_on_in_an_open_network_the_function_is_there_and_event_grid_shows_it_a_token_and_the_key()
    {
        Assert.Equal("false", Disabled(Deployment.Trial));
        var push = Deployment.Trial.Of(Subscriptions).Single(subscription => subscription.OwnName == "run-requests-pushed");
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
    public void Only_one_function_takes_pushes_and_the_address_names_it()
    {
        var functions = typeof(OnRequestPushed).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetParameters().Any(parameter => parameter.IsDefined(typeof(EventGridTriggerAttribute))))
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);
        Assert.Equal([nameof(OnRequestPushed)], functions);
        Assert.Contains(
            $"/runtime/webhooks/eventgrid?functionName={nameof(OnRequestPushed)}'",
            BicepCompiler.Build(Path.Combine(Repository.Infra, "modules", "function-app.bicep"))["outputs"]!["pushAddress"]!["value"]!.GetValue<string>(),
            StringComparison.Ordinal);
    }

    private static string Disabled(Deployment deployment) => deployment.Single("Microsoft.Web/sites").At("properties.siteConfig.appSettings")!.AsArray()
        .Single(setting => setting!["name"]!.GetValue<string>() == $"AzureWebJobs.{nameof(OnRequestPushed)}.Disabled")!["value"]!.GetValue<string>();
}
