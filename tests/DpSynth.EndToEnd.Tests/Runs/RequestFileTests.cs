using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>A request dropped as a file into <c>requests</c>, as the portal does it.</summary>
public sealed class RequestFileTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Request_file_starts_its_run_and_is_answered()
    {
        await SmallDataset.UploadAsync(host.Storage, "by-file", imagesPerClass: 3);

        await DropAsync("my folder/first.json", SmallDataset.Request("by-file-1", "by-file", iterations: 1, population: 4));

        var answer = await AnsweredAsync("answers/my~20folder/first.json");
        Assert.Equal(("my folder/first.json", "by-file-1", true), (answer.File, answer.RunId, answer.Accepted));
        Assert.Equal(RunState.Succeeded, (await client.WaitForEndAsync("by-file-1")).State);
    }

    [Fact]
    public async Task Bad_request_file_is_answered_with_the_sentence_and_poisoned()
    {
        await DropAsync("bad.json", SmallDataset.Request("bad-file", "nowhere").Replace("1e-5", "7", StringComparison.Ordinal));

        var answer = await AnsweredAsync("answers/bad.json");
        Assert.Equal(("bad-file", false), (answer.RunId, answer.Accepted));
        Assert.StartsWith("'delta' is 7; it must lie strictly between 0 and 1", answer.Reason, StringComparison.Ordinal);
        Assert.Equal(answer.Reason, (await client.WaitForEndAsync("bad-file")).Reason);
        await UntilAsync(async () =>
            (await host.Storage.ExchangeAccount.Queue("request-files-poison").PeekMessagesAsync(32)).Value.Any(
                m => m.Body.ToString().Contains("bad.json", StringComparison.Ordinal)) ? "" : null);
    }

    public void Dispose() => client.Dispose();

    private async Task DropAsync(string name, string json) => await host.Storage.ExchangeAccount.Requests.UploadBlobAsync(name, BinaryData.FromString(json));

    private async Task<RequestFileAnswer> AnsweredAsync(string blob) =>
        await UntilAsync(async () => await host.Storage.ExchangeAccount.Requests.GetBlobClient(blob).ExistsAsync()
            ? JsonSerializer.Deserialize<RequestFileAnswer>(
                (await host.Storage.ExchangeAccount.Requests.GetBlobClient(blob).DownloadContentAsync()).Value.Content, SynthesisJson.Options)
            : null);

    private static async Task<T> UntilAsync<T>(Func<Task<T?>> look)
        where T : class
    {
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await look() is { } found)
            {
                return found;
            }
        }

        throw new TimeoutException("Nothing happened.");
    }
}
