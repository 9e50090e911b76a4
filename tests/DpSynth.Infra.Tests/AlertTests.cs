using System.Reflection;
using DpSynth.Functions.Operations;
using Microsoft.Extensions.Logging;

namespace DpSynth.Infra.Tests;

public class AlertTests
{
    [Fact]
    public void Every_alert_looks_for_a_line_that_the_app_writes_and_the_other_way_round()
    {
        var written = typeof(OnWatch).GetMethods(BindingFlags.NonPublic | BindingFlags.Static)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message).OfType<string>()
            .Select(message => message[..(message.IndexOf(':', StringComparison.Ordinal) + 1)]);
        var sought = Repository.Module("alerts").Maps("conditions").Select(condition => (string)condition["line"]!);
        Assert.Equal(4, sought.Count());
        Assert.Equal(sought.Order(StringComparer.Ordinal), written.Order(StringComparer.Ordinal));
    }
}
