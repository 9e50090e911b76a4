using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.EndToEnd.Tests.ImageApi;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>What is refused, with which sentence, and that nothing is half-started by it.</summary>
public sealed class BadInputTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Theory]
    [InlineData("json", "{ \"runId\": ", "The request is not valid JSON")]
    [InlineData("path", null, "'runId' must be 1 to 64 letters", "\"path\"", "\"../path\"")]
    [InlineData("field", null, "'epsilom' is not a known field; the nearest known name is 'epsilon'.", "\"seed\": 5", "\"seed\": 5, \"epsilom\": 1")]
    [InlineData("eps0", null, "'epsilon' is 0", "\"epsilon\": 4", "\"epsilon\": 0")]
    [InlineData("epsnan", null, "'epsilon' must be a finite number, not 'NaN'.", "\"epsilon\": 4", "\"epsilon\": \"NaN\"")]
    [InlineData("delta1", null, "'delta' is 1", "\"delta\": 1e-5", "\"delta\": 1")]
    [InlineData("missing", null, "There is no dataset of that name that runs may use", "\"bad\"", "\"no-such-dataset\"")]
    [InlineData("schedule", null, "'evolution.variationDegrees' has 3 entries and 'evolution.populationSizes' has 4", "[40, 40, 40]", "[40, 40, 40, 40]")]
    public async Task Bad_request_is_refused_by_http_with_one_sentence(string runId, string? body, string sentence, string part = "", string replacement = "")
    {
        await EnsureDatasetAsync();
        var request = body ?? SmallDataset.Request(runId, "bad").Replace(part, replacement, StringComparison.Ordinal);

        using var answer = await client.Http.PostAsync(new Uri("api/runs", UriKind.Relative), new StringContent(request, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.StartsWith(sentence, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Null(await client.FindAsync(runId));
        Assert.Null(await host.Storage.Registry.ReadAsync(runId, default));
    }

    [Fact]
    public async Task Bad_message_with_a_run_id_ends_on_the_poison_queue_and_its_reason_in_the_runs_status()
    {
        await EnsureDatasetAsync();

        await client.SendAsync(SmallDataset.Request("bad-message", "bad").Replace("1e-5", "7", StringComparison.Ordinal));
        var run = await client.WaitForEndAsync("bad-message");

        Assert.Equal(RunState.Refused, run.State);
        Assert.StartsWith("'delta' is 7; it must lie strictly between 0 and 1", run.Reason, StringComparison.Ordinal);
        await PoisonedAsync(text => text.Contains("bad-message", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_that_the_worker_cannot_serve_ends_before_anything_is_spent()
    {
        // With counts and delta still to be released: what used to be paid for before the first job failed.
        await SmallDataset.UploadAsync(host.Storage, "unserved", imagesPerClass: 5);
        var request = JsonNode.Parse(PretendImages.Request("unserved-1", "unserved"))!.AsObject();
        request.Remove("delta");
        await client.SendAsync(request.ToJsonString());

        var run = await client.WaitForEndAsync("unserved-1");

        Assert.Equal(
            (RunState.Failed, "The worker cannot serve the run, of which nothing was measured; it says: “This worker asks no image API: set "
                + "'ImageApi__Endpoint'”.", 0d),
            (run.State, run.Reason, run.EpsilonSpent));
        var budget = await host.Storage.Ledger.ReadAsync("unserved", default);
        Assert.Equal(0, budget.CommittedEpsilon);
        Assert.Empty(budget.Runs.SelectMany(spent => spent.Measurements));
        Assert.Null(await host.Storage.Candidates.ReadRecipeAsync("unserved-1", default));
    }

    [Fact]
    public async Task Bad_message_without_a_run_id_leaves_its_reason_under_the_messages_id()
    {
        var messageId = await client.SendAsync("this is no request");

        await PoisonedAsync(text => text == "this is no request");
        var rejections = new List<Rejection>();
        await foreach (var rejection in host.Storage.Registry.ListRejectionsAsync(default))
        {
            rejections.Add(rejection);
        }

        Assert.StartsWith(
            "The request is not valid JSON", Assert.Single(rejections, rejection => rejection.MessageId == messageId).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Same_run_id_with_a_different_request_is_a_conflict()
    {
        await EnsureDatasetAsync();
        using var first = await PostAsync(SmallDataset.Request("taken", "bad"));
        await client.WaitForEndAsync("taken");

        using var same = await PostAsync(SmallDataset.Request("taken", "bad"));
        using var other = await PostAsync(SmallDataset.Request("taken", "bad", epsilon: 3));

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (first.StatusCode, same.StatusCode, other.StatusCode));
        Assert.Equal(4, (await host.Storage.Registry.ReadAsync("taken", default))!.Request.Epsilon);
    }

    [Fact]
    public async Task Corrupt_image_refuses_the_run_where_the_policy_says_so_and_is_named_to_the_owner_alone()
    {
        await host.Storage.Ledger.ApproveAsync("corrupt", SmallDataset.PolicyOf() with { Unreadable = UnreadableFiles.Reject });
        await SmallDataset.UploadAsync(host.Storage, "corrupt", imagesPerClass: 3);
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("corrupt/level/broken.png", BinaryData.FromString("no image"));

        await client.SendAsync(SmallDataset.Request("corrupt-1", "corrupt"));
        var run = await client.WaitForEndAsync("corrupt-1");

        Assert.Equal((RunState.Refused, Refusal.PrivateData), (run.State, new Refusal(run.Code!, run.Reason!)));
        Assert.Contains("corrupt/level/broken.png", await DetailAsync("corrupt-1", Refusal.PrivateData.Code), StringComparison.Ordinal);
        Assert.Empty((await host.Storage.Ledger.ReadAsync("corrupt", default)).Runs.SelectMany(static run => run.Measurements));
    }

    [Fact]
    public async Task Owner_table_that_names_unknown_images_refuses_the_run_and_spends_nothing()
    {
        await host.Storage.Ledger.ApproveAsync("owned", SmallDataset.PolicyOf() with { Owners = new CsvOwners("owners.csv") });
        await SmallDataset.UploadAsync(host.Storage, "owned", imagesPerClass: 3);
        var rows = new[] { "level", "upright" }.SelectMany(name => Enumerable.Range(0, 3).Select(i => $"{name}/{i:D4}.png,zoe")).Append("level/9999.png,zoe");
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("owned/owners.csv", BinaryData.FromString("image,owner\n" + string.Join('\n', rows)));

        await client.SendAsync(SmallDataset.Request("owned-1", "owned", "\"privacy\": { \"unit\": \"owner\", \"owners\": { \"from\": \"csv\" } },"));
        var run = await client.WaitForEndAsync("owned-1");

        Assert.Equal((RunState.Refused, Refusal.PrivateData), (run.State, new Refusal(run.Code!, run.Reason!)));
        Assert.Equal(
            "The table of owners 'owners.csv' names 1 images that the dataset 'owned' does not have (level/9999.png); correct or remove these rows.",
            await DetailAsync("owned-1", Refusal.PrivateData.Code));
        Assert.Empty((await host.Storage.Ledger.ReadAsync("owned", default)).Runs.SelectMany(static run => run.Measurements));
    }

    [Fact]
    public async Task Image_of_monstrous_size_is_left_out_before_it_is_decoded()
    {
        await SmallDataset.UploadAsync(host.Storage, "monster", imagesPerClass: 3);
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("monster/level/huge.png", BinaryData.FromBytes(MonstrousPng.Make(50_000, 50_000)));

        await client.SendAsync(SmallDataset.Request("monster-1", "monster"));
        var run = await client.WaitForEndAsync("monster-1");

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Contains("monster/level/huge.png", await DetailAsync("monster-1", Refusal.Unreadable.Code), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folder_outside_the_policy_takes_no_part_and_an_empty_class_gets_noise()
    {
        await host.Storage.Ledger.ApproveAsync("hollow", Policies.Of("upright", "level", "empty"));
        await SmallDataset.UploadAsync(host.Storage, "hollow", imagesPerClass: 3);
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("hollow/nothing/broken.png", BinaryData.FromString("no image"));

        await client.SendAsync(SmallDataset.Request("hollow-1", "hollow"));
        var run = await client.WaitForEndAsync("hollow-1");

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(["empty", "level", "upright"], (await host.Storage.Candidates.ReadRecipeAsync("hollow-1", default))!.Classes);
        Assert.Contains("hollow/nothing/broken.png", await DetailAsync("hollow-1", "outside-classes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_whose_upload_is_not_done_is_refused()
    {
        await SmallDataset.UploadAsync(host.Storage, "half", imagesPerClass: 2);
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("half/.uploading", BinaryData.FromString("{}"));

        using var answer = await PostAsync(SmallDataset.Request("half-1", "half"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(Refusal.Uploading.Sentence, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dataset_without_a_policy_is_refused_as_one_that_there_is_not()
    {
        await host.Storage.PrivateAccount.Data.UploadBlobAsync("empty/notes.txt", BinaryData.FromString("no images yet"));

        using var answer = await PostAsync(SmallDataset.Request("empty-1", "empty"));
        using var absent = await PostAsync(SmallDataset.Request("empty-1", "absent"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (answer.StatusCode, absent.StatusCode));
        Assert.Equal(await answer.Content.ReadAsStringAsync(), await absent.Content.ReadAsStringAsync());
        Assert.Contains(Refusal.NoPolicy.Sentence, await absent.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_run_is_not_found()
    {
        using var unknown = await client.Http.GetAsync(new Uri("api/runs/nobody-knows", UriKind.Relative));
        using var absurd = await client.Http.GetAsync(new Uri("api/runs/..%2Fetc", UriKind.Relative));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (unknown.StatusCode, absurd.StatusCode));
    }

    public void Dispose() => client.Dispose();

    private async Task EnsureDatasetAsync()
    {
        if (await host.Storage.PrivateStore.ListDatasetAsync("bad", default) is null)
        {
            await SmallDataset.UploadAsync(host.Storage, "bad", imagesPerClass: 4);
        }
    }

    private async Task<string?> DetailAsync(string run, string code) =>
        (await host.Storage.PrivateStore.ListDetailsAsync(run, default)).SingleOrDefault(detail => detail.Code == code)?.Text;

    private Task<HttpResponseMessage> PostAsync(string request) =>
        client.Http.PostAsync(new Uri("api/runs", UriKind.Relative), new StringContent(request, Encoding.UTF8, "application/json"));

    private async Task PoisonedAsync(Func<string, bool> expected)
    {
        var poison = host.Storage.ExchangeAccount.Queue("run-requests-poison");
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if ((await poison.ExistsAsync()).Value
                && (await poison.PeekMessagesAsync(32)).Value.Any(message => expected(message.Body.ToString())))
            {
                return;
            }

            await Task.Delay(100);
        }

        Assert.Fail("The message did not end on the poison queue.");
    }
}
