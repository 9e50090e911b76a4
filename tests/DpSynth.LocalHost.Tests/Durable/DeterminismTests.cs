using DurableTask.Core.Exceptions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Durable;

[Collection(AzuriteCollection.Name)]
public sealed class DeterminismTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(typeof(OtherActivity), "'Square'")]
    [InlineData(typeof(OtherKind), "'Square'")]
    [InlineData(typeof(FewerCalls), "'Square'")]
    public async Task Changed_code_fails_the_instance_and_names_the_call(Type changed, string message)
    {
        await using var host = new EngineHarness(azurite.Azurite.ExchangeStorage, typeof(Original), typeof(SampleActivities));
        await host.StartAsync();
        var id = await host.BeginAsync("Versioned");
        await host.UntilStatusAsync(id, "second");
        await host.RestartAsync(changed);
        await host.Client.RaiseEventAsync(id, "go", "");
        var end = await host.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal(typeof(NonDeterministicOrchestrationException).FullName, end.FailureDetails!.ErrorType);
        Assert.Contains(message, end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    public static class Original
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Square", 1);
            await context.CallActivityAsync<int>("Square", 2);
            context.SetCustomStatus("second");
            await context.WaitForExternalEvent<string>("go");
        }
    }

    public static class OtherActivity
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Square", 1);
            await context.CallActivityAsync<Point>("Mirror", new Point(1, 2));
        }
    }

    public static class OtherKind
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Square", 1);
            await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
        }
    }

    public static class FewerCalls
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await context.CallActivityAsync<int>("Square", 1);
    }
}
