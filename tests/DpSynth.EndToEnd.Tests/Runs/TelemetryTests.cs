using System.Diagnostics;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Telemetry;
using DpSynth.Telemetry;
using DpSynth.Worker.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What the function app sends by OTLP, as a collector receives it.</summary>
[Trait("host", "local")]
public sealed class TelemetryTests
{
    private static readonly string[] Instruments = ["runs.ended", "requests.refused", "releases", "activity.duration"];

    private static readonly string[] Steps =
    [
        "PlanRun", "EmbedLane", "CheckPrivateImages", "ReserveBudget", "DispatchGeneration", "CountVotes", "MeasureHistogram",
        "SelectParents", "ScoreRelease", "PublishRun", "CloseRun", "AnnounceRun",
    ];

    [Fact]
    public async Task Runs_and_their_steps_are_measured_and_nobody_is_named()
    {
        await using var collector = await Collector.StartAsync();
        var host = new ObservedHost(collector.Endpoint);
        await host.InitializeAsync();
        try
        {
            await SmallDataset.UploadAsync(host.Storage, "watchful", imagesPerClass: 3);
            using var client = new RunClient(host.Storage, host.Endpoint);
            await client.SendAsync(SmallDataset.Request("watchful-1", "watchful", iterations: 1, population: 4));
            Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("watchful-1")).State);
            await host.DurableTask.WaitForInstanceCompletionAsync("watchful-1", default);
            await client.SendAsync(SmallDataset.Request("watchful-2", "watchfully-missed", iterations: 1, population: 4));
            Assert.Equal(RunState.Refused, (await client.WaitForEndAsync("watchful-2")).State);
        }
        finally
        {
            await host.DisposeAsync();
        }

        var (metrics, traces) = (collector.Received("/v1/metrics"), collector.Received("/v1/traces"));
        Assert.All(Instruments, name => Assert.Contains($"dpsynth.{name}", metrics, StringComparison.Ordinal));
        Assert.Contains("dpsynth-functions", metrics, StringComparison.Ordinal);
        Assert.All(Steps, step => Assert.Contains(step, metrics, StringComparison.Ordinal));
        Assert.All(Steps, step => Assert.Contains(step, traces, StringComparison.Ordinal));
        Assert.DoesNotContain("watchful", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("watchful", traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_below_a_call_that_is_not_sampled_arrive_and_do_not_say_why_they_failed()
    {
        await using var collector = await Collector.StartAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(
            [new("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Endpoint), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]);
        builder.Services.AddTelemetryExport(builder.Configuration, "observed", telemetry => telemetry.UseFunctionsWorker(builder.Configuration));
        using (var host = builder.Build())
        {
            await host.StartAsync();

            // The Functions host hands its own spans on as not sampled, unless it traces by OpenTelemetry itself.
            var call = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: true);
            using (var span = TelemetrySource.Activities.StartActivity("ObservedStep", ActivityKind.Internal, call))
            {
                span?.SetStatus(ActivityStatusCode.Error, "There is no dataset 'confidential'.");
            }

            await host.StopAsync();
        }

        var traces = collector.Received("/v1/traces");
        Assert.Contains("ObservedStep", traces, StringComparison.Ordinal);
        Assert.Contains("observed", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("confidential", traces, StringComparison.Ordinal);
    }

    private sealed class ObservedHost(string collector) : HostFixture
    {
        protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        };
    }
}
