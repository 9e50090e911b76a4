using DpSynth.LocalHost.Durable;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Durable;

[Collection(AzuriteCollection.Name)]
public sealed class DeterminismTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData(typeof(OtherActivity), "the journal has activity 'Square' as call 2, the code now calls activity 'Mirror'")]
    [InlineData(typeof(OtherInput), "the journal has activity 'Square' as call 2, the code now calls activity 'Square' with another input")]
    [InlineData(typeof(OtherKind), "the journal has activity 'Square' as call 2, the code now calls timer until")]
    [InlineData(typeof(FewerCalls), "the journal has activity 'Square' as call 2, the code now makes no such call")]
    public async Task Changed_code_fails_the_instance_and_names_both_calls(Type changed, string message)
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

    [Fact]
    public async Task A_departure_fails_the_instance_even_if_the_code_catches_it()
    {
        await using var host = new EngineHarness(azurite.Azurite.ExchangeStorage, typeof(Original), typeof(SampleActivities));
        await host.StartAsync();
        var id = await host.BeginAsync("Versioned");
        await host.UntilStatusAsync(id, "second");
        await host.RestartAsync(typeof(Swallows));
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.EndOfAsync(id)).RuntimeStatus);
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
            await context.CallActivityAsync<Point>("Mirror", 2);
        }
    }

    public static class OtherInput
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync<int>("Square", 1);
            await context.CallActivityAsync<int>("Square", 3);
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

    public static class Swallows
    {
        [Function("Versioned")]
        public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            try
            {
                await context.CallActivityAsync<Point>("Mirror", 2);
            }
            catch (NonDeterministicOrchestrationException)
            {
                await context.WaitForExternalEvent<string>("go");
            }
        }
    }
}
