using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;

namespace DpSynth.LocalHost.Tests.Hosting;

/// <summary>A host in a process of its own, over the functions of <see cref="LongApp"/>, until it is killed or its input ends.</summary>
public static class KilledHostProgram
{
    public const string RunId = "long";
    public const int Steps = 30;
    public const string EffectsVariable = "DPSYNTH_TEST_EFFECTS";

    public static async Task<int> Main(string[] args)
    {
        await using var host = await LocalFunctionHost.StartAsync(
            HostFixture.Options(args[0], new Inbox()), CancellationToken.None);
        if (await host.DurableTaskClient.GetInstanceAsync(RunId) is null)
        {
            await host.DurableTaskClient.ScheduleNewOrchestrationInstanceAsync(
                "Long", null, new StartOrchestrationOptions(RunId));
        }

        await Console.Out.WriteLineAsync("serving");
        while (await Console.In.ReadLineAsync() is not null)
        {
            // The test closes the input to ask for an orderly end.
        }

        return 0;
    }
}

public static class LongApp
{
    [Function("Long")]
    public static async Task<int> LongAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        var sum = 0;
        for (var i = 0; i < KilledHostProgram.Steps; i++)
        {
            sum += await context.CallActivityAsync<int>("Leave", i);
        }

        return sum;
    }

    [Function("Leave")]
    public static async Task<int> LeaveAsync([ActivityTrigger] int step, FunctionContext context)
    {
        var folder = Environment.GetEnvironmentVariable(KilledHostProgram.EffectsVariable)!;
        await Task.Delay(20, context.CancellationToken);
        await File.AppendAllTextAsync(Path.Combine(folder, $"step-{step}"), "x", context.CancellationToken);
        return step;
    }
}
