using System.Text.Json;
using DpSynth.Functions.Runs;

namespace DpSynth.Infra.Tests;

public class HostJsonTests
{
    [Theory]
    [InlineData("version")]
    [InlineData("functionTimeout")]
    [InlineData("logging.applicationInsights.samplingSettings.isEnabled")]
    [InlineData("logging.logLevel.default")]
    [InlineData("extensions.http.routePrefix")]
    [InlineData("extensions.queues.batchSize")]
    [InlineData("extensions.queues.newBatchThreshold")]
    [InlineData("extensions.queues.visibilityTimeout")]
    [InlineData("extensions.queues.maxDequeueCount")]
    [InlineData("extensions.queues.maxPollingInterval")]
    [InlineData("extensions.durableTask.hubName")]
    [InlineData("extensions.durableTask.maxConcurrentActivityFunctions")]
    [InlineData("extensions.durableTask.maxConcurrentOrchestratorFunctions")]
    public void Host_json_decides(string path)
    {
        using var host = Read();
        Assert.NotEqual(JsonValueKind.Undefined, At(host, path).ValueKind);
    }

    [Fact]
    public void Host_json_keeps_payloads_out_of_the_logs_and_leaves_the_decoding_of_messages_to_the_app()
    {
        using var host = Read();
        Assert.False(At(host, "extensions.durableTask.tracing.traceInputsAndOutputs").GetBoolean());
        Assert.Equal("none", At(host, "extensions.queues.messageEncoding").GetString());
        Assert.Equal(RunStarter.Tries, At(host, "extensions.queues.maxDequeueCount").GetInt32());
    }

    [Theory]
    [InlineData("DurableTask.AzureStorage")]
    [InlineData("DurableTask.Core")]
    public void Host_json_keeps_the_task_hubs_bookkeeping_out_of_the_logs(string category)
    {
        // Traces are not sampled, and every look at a run's status would leave one.
        using var host = Read();
        Assert.Equal("Error", At(host, "logging.logLevel").GetProperty(category).GetString());
    }

    [Fact]
    public void Host_json_drops_what_reaches_a_run_that_is_over()
    {
        // Workers answer late: thrown, such an answer would be tried five times and end on the poison queue.
        using var host = Read();
        Assert.False(At(host, "extensions.durableTask.throwStatusExceptionsOnRaiseEvent").GetBoolean());
    }

    [Fact]
    public void Flex_Consumption_polls_the_task_hub_every_ten_seconds_at_least()
    {
        using var host = Read();
        Assert.True(TimeSpan.Parse(At(host, "extensions.durableTask.storageProvider.maxQueuePollingInterval").GetString()!) <= TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Task_hub_name_is_one_that_storage_accepts()
    {
        using var host = Read();
        Assert.Matches("^[A-Za-z][A-Za-z0-9]{2,44}$", At(host, "extensions.durableTask.hubName").GetString());
    }

    [Fact]
    public void Host_json_lies_beside_both_hosts()
    {
        var root = File.ReadAllText(Repository.File("host.json"));
        Assert.Equal(root, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "host.json")));
    }

    private static JsonDocument Read() => JsonDocument.Parse(File.ReadAllText(Repository.File("host.json")));

    private static JsonElement At(JsonDocument host, string path) =>
        path.Split('.').Aggregate(
            host.RootElement, (element, name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var next) ? next : default);
}
