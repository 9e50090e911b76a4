using Azure.Storage.Queues;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>Messages as other tools write them.</summary>
[Trait("host", "local")]
public sealed class StrangeMessageTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient _client = new(host.Storage, host.Endpoint);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Message_that_is_json_and_not_base64_is_read()
    {
        await Raw(ExchangeLayout.RunRequests).SendMessageAsync(SmallDataset.Request("plain", "nowhere"));
        Assert.Equal(Refusal.NoPolicy.Sentence, (await _client.WaitForEndAsync("plain")).Reason);
    }

    [Theory]
    [InlineData("neither base64 nor JSON!", "The request is not valid JSON")]
    [InlineData("""{"\ud800":1}""", "A text of the request has half of a surrogate pair")]
    [InlineData("""{"specversion":"1.0","id":"\ud800","type":"\ud800"}""", "The field 'runId' is missing")]
    public async Task Message_that_is_poisoned_leaves_its_reason(string text, string reason)
    {
        var id = (await Raw(ExchangeLayout.RunRequests).SendMessageAsync(text)).Value.MessageId;
        Assert.StartsWith(reason, (await RejectedAsync(id)).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExchangeLayout.GenerationResults)]
    [InlineData(ExchangeLayout.DatasetEvents)]
    public async Task Message_on_another_queue_that_is_poisoned_leaves_a_reason_too(string queue)
    {
        var id = (await Raw(queue).SendMessageAsync("no message of ours")).Value.MessageId;
        Assert.Equal(
            $"The message on '{queue}' could not be worked on in 5 tries, for a fault that the app's log describes; send it again when that is mended.",
            (await RejectedAsync(id)).Reason);
    }

    private QueueClient Raw(string queue) =>
        new(host.Storage.ExchangeStorage, queue, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });

    private async Task<Rejection> RejectedAsync(string messageId)
    {
        for (var deadline = DateTime.UtcNow.AddMinutes(1); DateTime.UtcNow < deadline; await Task.Delay(200))
        {
            await foreach (var rejection in host.Storage.Registry.ListRejectionsAsync(default))
            {
                if (rejection.MessageId == messageId)
                {
                    return rejection;
                }
            }
        }

        throw new TimeoutException($"The message {messageId} left no reason.");
    }
}
