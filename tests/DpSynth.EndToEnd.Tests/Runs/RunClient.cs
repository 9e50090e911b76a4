using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.EventPush;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Asks for runs by queue message, pushed event or HTTP, and waits for how they end.</summary>
internal sealed class RunClient(StorageFixture storage, Uri endpoint) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly HttpClient http = new() { BaseAddress = endpoint };

    public HttpClient Http => http;

    /// <summary>Puts a message on <c>run-requests</c>; returns its id.</summary>
    public async Task<string> SendAsync(string message) =>
        (await storage.ExchangeAccount.Queue("run-requests").SendMessageAsync(message)).Value.MessageId;

    /// <summary>Pushes events as Event Grid does: CloudEvents unless the type says that they are in its own schema.</summary>
    public async Task<HttpStatusCode> PushAsync(string events, string contentType = "application/cloudevents+json")
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri($"api/{OnRequestPushed.Route}", UriKind.Relative));
        message.Content = new StringContent(events, Encoding.UTF8, contentType);
        message.Headers.Add("aeg-event-type", "Notification");
        message.Headers.Add("aeg-subscription-name", "RUN-REQUESTS-PUSHED");
        using var answer = await http.SendAsync(message);
        return answer.StatusCode;
    }

    /// <summary>The run as the API shows it; null if it knows none.</summary>
    public async Task<RunView?> FindAsync(string runId)
    {
        using var answer = await http.GetAsync(new Uri($"api/runs/{runId}", UriKind.Relative));
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<RunView>(SynthesisJson.Options);
    }

    /// <summary>Waits until the run is in a state that <paramref name="reached"/> accepts.</summary>
    public async Task<RunView> WaitAsync(string runId, Func<RunView, bool> reached)
    {
        var deadline = DateTime.UtcNow + Patience;
        RunView? last = null;
        while (DateTime.UtcNow < deadline)
        {
            last = await FindAsync(runId);
            if (last is not null && reached(last))
            {
                return last;
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"Run '{runId}' did not get there: {JsonSerializer.Serialize(last, SynthesisJson.Options)}");
    }

    /// <summary>Waits until the run has ended, however.</summary>
    public Task<RunView> WaitForEndAsync(string runId) => WaitAsync(runId, run => run.State is not (RunState.Pending or RunState.Running));

    public void Dispose() => http.Dispose();
}
