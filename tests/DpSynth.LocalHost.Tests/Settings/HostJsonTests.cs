using DpSynth.LocalHost.Settings;
using Microsoft.Extensions.Configuration;

namespace DpSynth.LocalHost.Tests.Settings;

public sealed class HostJsonTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_missing_file_means_the_documented_defaults()
    {
        var settings = Read(null);
        Assert.Equal((16, 8, 5), (settings.BatchSize, settings.NewBatchThreshold, settings.MaxDequeueCount));
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(1)), (settings.VisibilityTimeout, settings.MaxPollingInterval));
        Assert.True(settings.Base64Messages);
        Assert.Equal("api", settings.RoutePrefix);
        Assert.Equal(TimeSpan.FromMinutes(30), settings.FunctionTimeout);
    }

    [Fact]
    public void Function_time_and_orchestrators_are_limited_as_the_file_says()
    {
        var settings = Read(
            """{ "version": "2.0", "functionTimeout": "00:05:00", "extensions": { "durableTask": { "maxConcurrentOrchestratorFunctions": 7 } } }""");
        Assert.Equal((TimeSpan.FromMinutes(5), 7), (settings.FunctionTimeout, settings.MaxConcurrentOrchestrators));
        Assert.Null(Read("""{ "version": "2.0", "functionTimeout": "-1" }""").FunctionTimeout);
        Assert.Contains(
            "functionTimeout", Assert.Throws<InvalidDataException>(() => Read("""{ "functionTimeout": "soon" }""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_read_and_settings_override_them()
    {
        var settings = Read(
            """
            { "version": "2.0", "extensions": {
              "http": { "routePrefix": "" },
              "queues": { "batchSize": 4, "maxDequeueCount": 2, "visibilityTimeout": "00:00:07", "messageEncoding": "none" },
              "durableTask": { "hubName": "%HUB%", "maxConcurrentActivityFunctions": 3 } } }
            """,
            ("HUB", "MyHub"),
            ("AzureFunctionsJobHost:extensions:queues:batchSize", "6"));
        Assert.Equal((6, 3, 2), (settings.BatchSize, settings.NewBatchThreshold, settings.MaxDequeueCount));
        Assert.Equal(TimeSpan.FromSeconds(7), settings.VisibilityTimeout);
        Assert.False(settings.Base64Messages);
        Assert.Equal(("", "MyHub", 3), (settings.RoutePrefix, settings.HubName, settings.MaxConcurrentActivities));
    }

    [Theory]
    [InlineData("""{ "extensions": { "queues": { "batchSize": 33 } } }""", "batchSize")]
    [InlineData("""{ "extensions": { "queues": { "visibilityTimeout": "soon" } } }""", "visibilityTimeout")]
    [InlineData("""{ "extensions": { "queues": { "messageEncoding": "utf8" } } }""", "messageEncoding")]
    [InlineData("""{ "extensions": { "durableTask": { "hubName": "%NOWHERE%" } } }""", "NOWHERE")]
    [InlineData("""{ "extensions": """, "not valid JSON")]
    public void A_wrong_value_is_refused_by_name(string json, string name) =>
        Assert.Contains(name, Assert.Throws<InvalidDataException>(() => Read(json)).Message, StringComparison.Ordinal);

    private HostJson Read(string? json, params (string Key, string Value)[] settings)
    {
        if (json is not null)
        {
            File.WriteAllText(_folder["host.json"], json);
        }

        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)))
            .Build();
        return HostJson.Read(_folder["host.json"], configuration);
    }
}
