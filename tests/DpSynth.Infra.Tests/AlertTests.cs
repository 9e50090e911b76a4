using System.Reflection;
using DpSynth.Functions.Operations;
using DpSynth.Infra.Tests.Deployments;
using Microsoft.Extensions.Logging;

namespace DpSynth.Infra.Tests;

public class AlertTests
{
    private const string Before = "AppTraces | where Message startswith \"";

    [Fact]
    public void Every_alert_looks_for_a_line_that_the_app_writes_and_the_other_way_round()
    {
        var written = typeof(OnWatch).GetMethods(BindingFlags.NonPublic | BindingFlags.Static)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message).OfType<string>()
            .Select(message => message[..(message.IndexOf(':', StringComparison.Ordinal) + 1)]);
        string[] sought = [.. Rules().Select(rule =>
        {
            var query = rule.At("properties.criteria.allOf")![0]!["query"]!.GetValue<string>();
            Assert.StartsWith(Before, query, StringComparison.Ordinal);
            return query[Before.Length..^1];
        })];
        Assert.Equal(4, sought.Length);
        Assert.Equal(written.Order(StringComparer.Ordinal), sought.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_alert_is_on_and_writes_to_the_operator()
    {
        var people = Deployment.Standard.Single("Microsoft.Insights/actionGroups");
        Assert.Equal("operator@example.org", people.At("properties.emailReceivers")![0]!["emailAddress"]!.GetValue<string>());
        Assert.All(Rules(), rule =>
        {
            Assert.Equal(true, rule.Value("properties.enabled"));
            Assert.Equal([people.Id], rule.Texts("properties.actions.actionGroups"));
            Assert.Equal([Deployment.Standard.Single("Microsoft.OperationalInsights/workspaces").Id], rule.Texts("properties.scopes"));
        });
        Assert.All(
            Deployment.Standard.Single("Microsoft.Consumption/budgets").At("properties.notifications")!.AsObject(),
            notice => Assert.Equal("operator@example.org", notice.Value!["contactEmails"]![0]!.GetValue<string>()));
    }

    private static IEnumerable<DeployedResource> Rules() => Deployment.Standard.Of("Microsoft.Insights/scheduledQueryRules");
}
