using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Messaging;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Tests.Webhooks;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What is said when a run has ended: on the queue <c>run-events</c>, and to the webhook that its request names.</summary>
[Trait("host", "local")]
public sealed class AnnouncementTests(AnnouncementTests.AnnouncingHost host) : IClassFixture<AnnouncementTests.AnnouncingHost>, IDisposable
{
    private const string Secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task End_of_a_run_is_announced_on_the_queue_with_what_its_status_shows()
    {
        await SmallDataset.UploadAsync(host.Storage, "told", imagesPerClass: 3);

        await client.SendAsync(SmallDataset.Request("told-1", "told", iterations: 1, population: 4));
        var run = await client.WaitForEndAsync("told-1");

        var (told, text) = await AnnouncedAsync("told-1");
        Assert.Equal(("told-1-ended", "dpsynth.run.succeeded", "/here", "runs/told-1"), (told.Id, told.Type, told.Source, told.Subject));
        Assert.Contains("\"specversion\":\"1.0\"", text, StringComparison.Ordinal);
        Assert.Equal(
            JsonSerializer.Serialize(run, SynthesisJson.Options),
            JsonSerializer.Serialize(told.Data!.ToObjectFromJson<RunView>(SynthesisJson.Options), SynthesisJson.Options));
    }

    [Fact]
    public async Task Refused_run_is_announced_too()
    {
        await SmallDataset.UploadAsync(host.Storage, "meagre", imagesPerClass: 3);
        await host.Storage.Ledger.SetCapAsync("meagre", 0.1, 1e-5, default);

        await client.SendAsync(SmallDataset.Request("meagre-1", "meagre", iterations: 1, population: 4));

        var (told, _) = await AnnouncedAsync("meagre-1");
        Assert.Equal("dpsynth.run.refused", told.Type);
        Assert.Equal(Refusal.Budget.Sentence, told.Data!.ToObjectFromJson<RunView>(SynthesisJson.Options)!.Reason);
    }

    [Fact]
    public async Task Webhook_is_called_again_until_it_answers_and_its_signature_holds()
    {
        await SmallDataset.UploadAsync(host.Storage, "called", imagesPerClass: 3);
        host.Receiver.Failures = 1;

        await client.SendAsync(SmallDataset.Request("called-1", "called", $"\"webhook\": \"{host.Receiver.Address}\",", iterations: 1, population: 4));
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("called-1")).State);
        await host.DurableTask.WaitForInstanceCompletionAsync("called-1", default);

        var calls = host.Receiver.Calls.ToArray();
        Assert.Equal(2, calls.Length);
        Assert.Equal(calls[0].Body, calls[1].Body);
        Assert.Equal((await AnnouncedAsync("called-1")).Text, Encoding.UTF8.GetString(calls[0].Body));
        Assert.All(calls, call =>
        {
            Assert.Equal(("called-1-ended", "application/cloudevents+json; charset=utf-8"), (call.Id, call.ContentType));
            byte[] signed = [.. Encoding.UTF8.GetBytes($"{call.Id}.{call.Timestamp}."), .. call.Body];
            Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData("0123456789abcdef0123456789abcdef"u8, signed))}", call.Signature);
        });
    }

    [Fact]
    public async Task Webhook_at_a_host_that_is_not_listed_refuses_the_request()
    {
        await SmallDataset.UploadAsync(host.Storage, "uncalled", imagesPerClass: 3);

        await client.SendAsync(
            SmallDataset.Request("uncalled-1", "uncalled", "\"webhook\": \"https://169.254.169.254/metadata\",", iterations: 1, population: 4));

        var run = await client.WaitForEndAsync("uncalled-1");
        Assert.Equal(RunState.Refused, run.State);
        Assert.StartsWith("The host of 'webhook', '169.254.169.254', is not among those that this installation may call", run.Reason, StringComparison.Ordinal);
    }

    public void Dispose() => client.Dispose();

    private async Task<(CloudEvent Event, string Text)> AnnouncedAsync(string runId)
    {
        var queue = host.Storage.ExchangeAccount.Queue("run-events");
        for (var deadline = DateTime.UtcNow.AddMinutes(1); DateTime.UtcNow < deadline; await Task.Delay(50))
        {
            foreach (var message in (await queue.PeekMessagesAsync(32)).Value)
            {
                if (CloudEvent.Parse(message.Body) is { } announcement && announcement.Subject == $"runs/{runId}")
                {
                    return (announcement, message.Body.ToString());
                }
            }
        }

        throw new TimeoutException($"Nobody announced the end of '{runId}'.");
    }

    /// <summary>A host that may call a receiver on this machine.</summary>
    public sealed class AnnouncingHost : HostFixture
    {
        internal WebhookReceiver Receiver { get; private set; } = null!;

        protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
        {
            ["Announcements:Source"] = "/here",
            ["Webhooks:AllowedHosts"] = "localhost",
            ["Webhooks:PrivateHosts"] = "localhost",
            ["Webhooks:Secret"] = Secret,
        };

        public override async Task InitializeAsync()
        {
            Receiver = await WebhookReceiver.StartAsync();
            await base.InitializeAsync();
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Receiver.DisposeAsync();
        }

        protected override void Override(IServiceCollection services) => services.AddSingleton(provider => new WebhookCaller(
            provider.GetRequiredService<IOptions<WebhookOptions>>(),
            provider.GetRequiredService<FunctionInstruments>(),
            TimeProvider.System,
            provider.GetRequiredService<ILogger<WebhookCaller>>(),
            (_, certificate, _, _) => Receiver.Trusts(certificate)));
    }
}
