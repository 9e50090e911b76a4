using System.Net;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.Orchestration;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Synthesis.Runs;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Cancelling at a time when the task hub would drop the wish.</summary>
[Trait("host", "local")]
public sealed class CancelTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task A_run_that_has_not_begun_is_not_cancelled_into_the_void()
    {
        await SmallDataset.UploadAsync(host.Storage, "early", imagesPerClass: 3);
        var request = SmallDataset.Request("early-1", "early", iterations: 1, population: 4);
        var admitted = await host.Services.GetRequiredService<RunAdmission>().AdmitAsync(request, submittedBy: null, default);
        var state = new EvolutionState { Run = new RunCursor { RunId = "early-1", Delta = admitted.Request.Delta, Iterations = 1 } };

        // As where the message that begins it is in the hands of a host that has died.
        var later = new StartOrchestrationOptions("early-1", DateTimeOffset.UtcNow.AddSeconds(20));
        await host.DurableTask.ScheduleNewOrchestrationInstanceAsync(PrivateEvolutionOrchestrator.Name, state, later, default);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await CancelAsync());

        await client.WaitAsync("early-1", run => run.State == RunState.Running);
        Assert.Equal(HttpStatusCode.Accepted, await CancelAsync());
        Assert.Equal(RunState.Cancelled, (await client.WaitForEndAsync("early-1")).State);
    }

    public void Dispose() => client.Dispose();

    private async Task<HttpStatusCode> CancelAsync()
    {
        using var answer = await client.Http.PostAsync(new Uri("/api/runs/early-1/cancel", UriKind.Relative), content: null);
        return answer.StatusCode;
    }
}
