using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using DpSynth.Catalogue;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.Functions.Budgets;
using DpSynth.Numerics;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Fuzzing;

/// <summary>
/// Requests that are none, a third each by HTTP, queue and file: none makes the host fail, none starts or reserves anything, each is answered or leaves
/// its reason, and good requests beside them are served. <c>DPSYNTH_FUZZ_REQUESTS</c> says how many, <c>DPSYNTH_FUZZ_SEED</c> which.
/// </summary>
[Trait("host", "local")]
public sealed class FuzzedRequestTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private const string Good = "good";

    private static readonly int _count = Number("DPSYNTH_FUZZ_REQUESTS", 150);
    private static readonly ulong _seed = (ulong)Number("DPSYNTH_FUZZ_SEED", 20261130);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60 + (_count / 5));

    private readonly RunClient _client = new(host.Storage, host.Endpoint);

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Requests_that_are_none_are_refused_one_by_one_and_leave_nothing_behind()
    {
        await SmallDataset.UploadAsync(host.Storage, "fuzzed", imagesPerClass: 3);
        var good = SmallDataset.Request(Good, "fuzzed", iterations: 1, population: 4);
        await _client.SendAsync(good);
        Assert.Equal(RunState.Succeeded, (await _client.WaitForEndAsync(Good)).State);
        var budget = JsonSerializer.Serialize(await host.Storage.Ledger.ReadAsync("fuzzed", default), SynthesisJson.Options);

        var statuses = await SendByHttpAsync(_count / 3);
        var messages = await SendByQueueAsync(_count / 3);
        var files = await PutFilesAsync(_count - (2 * (_count / 3)), good);

        var accepted = await AnswersAsync(files);
        await UntilAsync(
            async () => await LengthAsync(ExchangeLayout.RunRequests) == 0 && await LengthAsync(ExchangeLayout.RequestFiles) == 0,
            async () => $"{await LengthAsync(ExchangeLayout.RunRequests)} messages and {await LengthAsync(ExchangeLayout.RequestFiles)} announcements stay");
        Assert.Empty(messages.Except(await RejectedMessagesAsync()));

        Assert.All(statuses, status => Assert.True((int)status.Key is >= 400 and < 500 || status.Key is HttpStatusCode.Accepted, $"{status.Key}"));
        Assert.All(files, file => Assert.Equal(file.Value, accepted[file.Key]));
        Assert.Equal([Good], (await ListAsync(host.Storage.Registry.ListAsync(default))).Select(run => run.Request.RunId));
        Assert.Equal([Good], (await ListAsync(host.DurableTask.GetAllInstancesAsync())).Select(run => run.InstanceId).Where(id => !id.StartsWith('@')));
        Assert.Equal(budget, JsonSerializer.Serialize(await host.Storage.Ledger.ReadAsync("fuzzed", default), SynthesisJson.Options));
        Assert.Equal(messages.Count, await LengthAsync(ExchangeLayout.Poison(ExchangeLayout.RunRequests)));
        using var alive = await _client.Http.GetAsync(new Uri("api/runs/good", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        await File.WriteAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "fuzzed-requests.txt"),
            $"{_count} requests of seed {_seed}: HTTP {string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{(int)s.Key}: {s.Value}"))}; "
                + $"{messages.Count} messages, {files.Count} files of which {files.Count(file => file.Value)} good ones.");
    }

    private async Task<IReadOnlyDictionary<HttpStatusCode, int>> SendByHttpAsync(int count)
    {
        var statuses = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellationToken) =>
        {
            var change = new RequestMutations(SeededRandom.Derive(_seed, 1, (ulong)i));
            var (method, path, body) = change.Pick("runs", "runs", "runs", "events", "budget") switch
            {
                "events" => (HttpMethod.Post, "events", change.Change(Event("http", i))),
                "budget" => (HttpMethod.Put, "datasets/fuzzed/budget", change.Change("""{ "epsilon": 3, "delta": 1e-6, "reason": "as agreed" }""")),
                _ => (HttpMethod.Post, "runs", change.Change(Request("http", i))),
            };
            if (IsRequest(body) || (path.EndsWith("budget", StringComparison.Ordinal) && IsBudget(body)))
            {
                return;
            }

            using var message = new HttpRequestMessage(method, new Uri($"api/{path}", UriKind.Relative)) { Content = new ByteArrayContent(body) };
            message.Content.Headers.TryAddWithoutValidation(
                "Content-Type", change.Pick("application/json", "application/json; charset=utf-8", "text/json", "x", ""));
            message.Headers.TransferEncodingChunked = change.Pick(true, false);
            using var answer = await _client.Http.SendAsync(message, cancellationToken);
            statuses.AddOrUpdate(answer.StatusCode, 1, static (_, so) => so + 1);
            var said = await answer.Content.ReadAsStringAsync(cancellationToken);
            Assert.True((int)answer.StatusCode is 202 or (>= 400 and < 500), $"Request {i} of seed {_seed} was answered {answer.StatusCode}: {said}");
            if ((int)answer.StatusCode >= 400)
            {
                var sentence = JsonDocument.Parse(said).RootElement.GetProperty("detail").GetString()!;
                Assert.True(sentence.EndsWith('.') && !sentence.Contains('\n', StringComparison.Ordinal) && sentence.Length < 1000, sentence);
            }
        });
        return statuses;
    }

    private async Task<HashSet<string>> SendByQueueAsync(int count)
    {
        var raw = new QueueClient(
            host.Storage.ExchangeStorage, ExchangeLayout.RunRequests, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        var sent = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellationToken) =>
        {
            var change = new RequestMutations(SeededRandom.Derive(_seed, 2, (ulong)i));
            var body = change.Change(change.Pick(Request("queue", i), Request("queue", i), Event("queue-event", i)));
            var text = change.Pick("base64", "base64", "text") == "text" && IsXmlText(body) ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body);
            if (IsRequest(body) || text.Length is 0 or > 60_000)
            {
                return;
            }

            sent.Add((await raw.SendMessageAsync(text, cancellationToken)).Value.MessageId);
        });
        return [.. sent];
    }

    /// <summary>Puts files down; each with whether it is to be accepted.</summary>
    private async Task<ConcurrentDictionary<string, bool>> PutFilesAsync(int count, string good)
    {
        var put = new ConcurrentDictionary<string, bool>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancellationToken) =>
        {
            var change = new RequestMutations(SeededRandom.Derive(_seed, 3, (ulong)i));
            var isGood = i % 5 == 0;
            var body = isGood ? Encoding.UTF8.GetBytes(good) : change.Change(Request("file", i));
            if (!isGood && IsRequest(body))
            {
                return;
            }

            var name = $"fuzzed/{i:D5}.json";
            await host.Storage.ExchangeAccount.Requests.UploadBlobAsync(name, BinaryData.FromBytes(body), cancellationToken);
            put[name] = isGood;
        });
        return put;
    }

    private async Task<IReadOnlyDictionary<string, bool>> AnswersAsync(ConcurrentDictionary<string, bool> files)
    {
        var answers = new ConcurrentDictionary<string, bool>();
        await UntilAsync(
            async () =>
            {
                var open = files.Keys.Except(answers.Keys);
                await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (file, cancellationToken) =>
                {
                    var blob = host.Storage.ExchangeAccount.Requests.GetBlobClient(ExchangeLayout.Answer(file));
                    if (await blob.ExistsAsync(cancellationToken))
                    {
                        var content = (await blob.DownloadContentAsync(cancellationToken)).Value.Content;
                        answers[file] = JsonSerializer.Deserialize<RequestFileAnswer>(content, SynthesisJson.Options)!.Accepted;
                    }
                });
                return answers.Count == files.Count;
            },
            () => Task.FromResult($"files were not answered: {string.Join(", ", files.Keys.Except(answers.Keys).Take(5))}"));
        return answers;
    }

    private async Task<HashSet<string>> RejectedMessagesAsync() =>
        [.. (await ListAsync(host.Storage.Registry.ListRejectionsAsync(default))).Select(rejection => rejection.MessageId).OfType<string>()];

    private async Task<int> LengthAsync(string queue) =>
        (await host.Storage.ExchangeAccount.Queue(queue).GetPropertiesAsync()).Value.ApproximateMessagesCount;

    /// <summary>A request under an id of its own: of several under one id, the last is the one whose reason stands there.</summary>
    private static string Request(string way, int number) => SmallDataset.Request($"{way}-{number}", "fuzzed");

    private static string Event(string way, int number) => new System.Text.Json.Nodes.JsonObject
    {
        ["specversion"] = "1.0",
        ["id"] = $"{way}-{number}",
        ["source"] = "/fuzzed",
        ["type"] = "dpsynth.run.requested",
        ["data"] = System.Text.Json.Nodes.JsonNode.Parse(SmallDataset.Request($"{way}-{number}", "nowhere")),
    }.ToJsonString();

    /// <summary>Whether a change left a request that is one.</summary>
    private static bool IsRequest(byte[] body)
    {
        try
        {
            RequestParts.Reader.Read(Encoding.UTF8.GetString(body).TrimStart('\uFEFF'));
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    private static bool IsBudget(byte[] body)
    {
        try
        {
            BudgetChange.Read(Encoding.UTF8.GetString(body));
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    /// <summary>The queue's own wire format is XML, which cannot say everything.</summary>
    private static bool IsXmlText(byte[] body) => Encoding.UTF8.GetString(body).All(c => c is >= ' ' and < '\ud800' or '\n' or '\t' and not '\uFEFF');

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }

    private static async Task UntilAsync(Func<Task<bool>> reached, Func<Task<string>> otherwise)
    {
        for (var deadline = DateTime.UtcNow + _patience; !await reached(); await Task.Delay(500))
        {
            if (DateTime.UtcNow > deadline)
            {
                Assert.Fail($"After {_patience} {await otherwise()}; seed {_seed}.");
            }
        }
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
