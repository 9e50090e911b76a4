using FsCheck.Fluent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.LocalHost.Tests.Durable;

/// <summary>Random orchestrations end alike whether or not the engine is stopped before any of its writes.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class RestartTests(AzuriteFixture azurite)
{
    public enum StepKind
    {
        Activities,
        Timer,
        Event,
        ContinueAsNew,
        Child,
        Retry,
        Guid,
    }

    public sealed record Step(StepKind Kind, int Value);

    public sealed record Program(Step[] Steps, string[] Results, int NextEvent);

    public sealed record Case(Step[] Steps, int[] Crashes);

    [Fact]
    public async Task Random_orchestrations_end_alike_whatever_writes_they_were_stopped_before()
    {
        var step = from kind in Gen.Elements(Enum.GetValues<StepKind>())
                   from value in Gen.Choose(1, 4)
                   select new Step(kind, value);
        var cases = from steps in Gen.NonEmptyListOf(step)
                    from crashes in Gen.ListOf(Gen.Choose(0, 30), 2)
                    select new Case([.. steps.Take(8)], [.. crashes]);
        await HoldsForAsync(cases.Sample(16, size: 8));
    }

    [Fact]
    public async Task Every_single_point_of_one_run_can_be_the_last_before_a_restart()
    {
        Step[] steps =
        [
            new(StepKind.Activities, 3), new(StepKind.Event, 1), new(StepKind.ContinueAsNew, 1), new(StepKind.Timer, 1),
            new(StepKind.Child, 2), new(StepKind.Retry, 1), new(StepKind.Event, 1),
        ];
        await HoldsForAsync(Enumerable.Range(0, 60).Select(crash => new Case(steps, [crash])));
    }

    /// <summary>Several at a time: most of the time they wait for what the dead engine had in hand.</summary>
    private Task HoldsForAsync(IEnumerable<Case> cases) => Parallel.ForEachAsync(
        cases,
        new ParallelOptions { MaxDegreeOfParallelism = 12 },
        async (@case, _) => Assert.True(
            await RunAsync(@case) is var result && result == Expected(@case.Steps),
            $"{result} after crashes before writes {string.Join(',', @case.Crashes)} of {string.Join(',', @case.Steps.Select(s => $"{s.Kind} {s.Value}"))}"));

    private static string Expected(IEnumerable<Step> steps)
    {
        var events = 0;
        return string.Join(';', steps.Where(step => step.Kind != StepKind.ContinueAsNew).Select(step => step.Kind switch
        {
            StepKind.Activities => Squares(step.Value),
            StepKind.Event => $"event {events++}",
            StepKind.Child => $"child {Squares(step.Value)}",
            StepKind.Retry => "retried",
            StepKind.Guid => "guid",
            _ => "timer",
        }));

        static string Squares(int n) => string.Join(',', Enumerable.Range(1, n).Select(i => i * i));
    }

    private async Task<string> RunAsync(Case @case)
    {
        await using var host = new EngineHarness(azurite.Azurite.ExchangeStorage, typeof(Interpreter)) { Visibility = TimeSpan.FromSeconds(5) };
        foreach (var crash in @case.Crashes)
        {
            var work = StartAndDriveAsync(host, crash, @case.Steps);
            if (await Task.WhenAny(work, host.Frozen) == work)
            {
                return await work;
            }

            host.Crash();
        }

        await host.StartAsync();
        var driven = DriveAsync(host.Client, @case.Steps);
        if (await Task.WhenAny(driven, Task.Delay(TimeSpan.FromMinutes(2))) != driven)
        {
            return $"stuck: {await host.Client.GetInstanceAsync("run", true)}";
        }

        var result = await driven;
        var activities = @case.Steps.Where(step => step.Kind == StepKind.Activities).Select(step => step.Value).DefaultIfEmpty(0).Max();
        Assert.All(Enumerable.Range(1, activities), n => Assert.Contains($"{n}", host.Effects.Done));
        return result;
    }

    private static async Task<string> StartAndDriveAsync(EngineHarness host, int crash, Step[] steps)
    {
        await host.StartAsync(freezeBeforeWrite: crash);
        return await DriveAsync(host.Client, steps);
    }

    /// <summary>What the outside does, and does again after a crash, since it cannot know how far it came.</summary>
    private static async Task<string> DriveAsync(DurableTaskClient client, Step[] steps)
    {
        if (await client.GetInstanceAsync("run") is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(
                "Interpret", new Program(steps, [], 0), new StartOrchestrationOptions("run"));
        }

        // The engine drops an event for an instance that has not begun, while the message that begins it is in a dead host's hands.
        await client.WaitForInstanceStartAsync("run");
        for (var i = 0; i < steps.Count(step => step.Kind == StepKind.Event); i++)
        {
            await client.RaiseEventAsync("run", $"e{i}", $"event {i}");
        }

        var end = await client.WaitForInstanceCompletionAsync("run", true);
        return end.RuntimeStatus == OrchestrationRuntimeStatus.Completed
            ? end.ReadOutputAs<string>()!
            : $"{end.RuntimeStatus}: {end.FailureDetails}";
    }

    public sealed class Interpreter(Effects effects)
    {
        [Function("Interpret")]
        public static async Task<string> InterpretAsync([OrchestrationTrigger] TaskOrchestrationContext context, Program program)
        {
            context.SetCustomStatus("at work");
            var results = program.Results.ToList();
            var nextEvent = program.NextEvent;
            for (var i = 0; i < program.Steps.Length; i++)
            {
                var value = program.Steps[i].Value;
                switch (program.Steps[i].Kind)
                {
                    case StepKind.Activities:
                        results.Add(await SquaresAsync(context, value));
                        break;
                    case StepKind.Timer:
                        using (var cancel = new CancellationTokenSource())
                        {
                            var never = context.CreateTimer(TimeSpan.FromDays(9), cancel.Token);
                            await Task.WhenAny(never, context.CreateTimer(TimeSpan.FromMilliseconds(value), CancellationToken.None));
                            cancel.Cancel();
                        }

                        results.Add("timer");
                        break;
                    case StepKind.Event:
                        results.Add(await context.WaitForExternalEvent<string>($"e{nextEvent++}"));
                        break;
                    case StepKind.ContinueAsNew:
                        context.ContinueAsNew(new Program(program.Steps[(i + 1)..], [.. results], nextEvent));
                        return "";
                    case StepKind.Child:
                        results.Add(await context.CallSubOrchestratorAsync<string>("InterpretChild", value));
                        break;
                    case StepKind.Retry:
                        results.Add(await context.CallActivityAsync<string>(
                            "Fragile",
                            context.NewGuid(),
                            TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromMilliseconds(1)))));
                        break;
                    default:
                        var guid = context.NewGuid();
                        results.Add(await context.CallActivityAsync<Guid>("Same", guid) == guid ? "guid" : "another guid");
                        break;
                }
            }

            return string.Join(';', results);
        }

        [Function("InterpretChild")]
        public static async Task<string> ChildAsync([OrchestrationTrigger] TaskOrchestrationContext context) =>
            $"child {await SquaresAsync(context, context.GetInput<int>())}";

        [Function("InterpretSquare")]
        public int Square([ActivityTrigger] int n)
        {
            effects.Add($"{n}");
            return n * n;
        }

        [Function("Fragile")]
        public string Fragile([ActivityTrigger] Guid id) =>
            effects.Add($"fragile {id}") < 2 ? throw new IOException("not yet") : "retried";

        [Function("Same")]
        public static Guid Same([ActivityTrigger] Guid id) => id;

        private static async Task<string> SquaresAsync(TaskOrchestrationContext context, int n) =>
            string.Join(',', await Task.WhenAll(Enumerable.Range(1, n).Select(i => context.CallActivityAsync<int>("InterpretSquare", i))));
    }
}
