using System.Reflection;
using System.Text.RegularExpressions;
using DpSynth.Functions.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Infra.Tests;

/// <summary>Pushing events to the function app, which opens a way in and is off unless everything for it is turned on.</summary>
public class EventPushTests
{
    private static readonly string _main = Read("main.bicep");
    private static readonly string _push = Read("modules/request-push.bicep");
    private static readonly string _app = Read("modules/function-app.bicep");

    [Fact]
    public void Push_is_off_by_default_and_wherever_the_network_is_private()
    {
        Assert.Contains("param useEventPush bool = false\n", _main, StringComparison.Ordinal);
        Assert.Contains("var takesPushes = useEventTopic && useEventPush && !privateNetwork\n", _main, StringComparison.Ordinal);
        Assert.Contains("module requestPush 'modules/request-push.bicep' = if (takesPushes && !empty(eventPushKey)) {", _main, StringComparison.Ordinal);
        Assert.Contains("    takesPushes: takesPushes\n", _main, StringComparison.Ordinal);
        Assert.Contains("\"${DPSYNTH_USE_EVENT_PUSH=false}\"", Read("main.parameters.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void While_it_is_off_the_one_function_that_takes_pushes_is_disabled()
    {
        var functions = typeof(OnRequestPushed).Assembly.GetTypes().SelectMany(type => type.GetMethods())
            .Where(method => method.GetParameters().Any(parameter => parameter.IsDefined(typeof(EventGridTriggerAttribute))))
            .Select(method => method.GetCustomAttribute<FunctionAttribute>()!.Name);
        Assert.Equal([nameof(OnRequestPushed)], functions);
        Assert.Contains($"{{ name: 'AzureWebJobs.{nameof(OnRequestPushed)}.Disabled', value: takesPushes ? 'false' : 'true' }}", _app, StringComparison.Ordinal);
    }

    [Fact]
    public void Event_grid_shows_a_token_of_the_app_and_the_key_which_stands_in_no_output()
    {
        Assert.Contains($"/runtime/webhooks/eventgrid?functionName={nameof(OnRequestPushed)}'", _app, StringComparison.Ordinal);
        Assert.Contains("azureActiveDirectoryApplicationIdOrUri: authClientId\n", _push, StringComparison.Ordinal);
        Assert.Contains("azureActiveDirectoryTenantId: subscription().tenantId\n", _push, StringComparison.Ordinal);
        Assert.Contains("minimumTlsVersionAllowed: '1.2'\n", _push, StringComparison.Ordinal);
        Assert.Contains($"includedEventTypes: ['{RequestEnvelope.RunRequested}']", _push, StringComparison.Ordinal);
        Assert.Matches(new Regex(@"@secure\(\)\n(@description\('[^\n]*'\)\n)?param address string\n", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)), _push);
        Assert.DoesNotContain("output", _push, StringComparison.Ordinal);
        Assert.Contains("@secure()\n@description(", _main[.._main.IndexOf("param eventPushKey string", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(_main, @"\(eventPushKey\)", RegexOptions.None, TimeSpan.FromSeconds(5)));
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Infra, file));
}
