using System.Formats.Tar;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;

namespace DpSynth.EndToEnd.Tests.Runs;

public sealed class WholeRunTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Request_on_the_queue_becomes_a_release()
    {
        await SmallDataset.UploadAsync(host.Storage, "whole");

        await client.SendAsync(SmallDataset.Request("whole-1", "whole"));
        var run = await client.WaitForEndAsync("whole-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        Assert.InRange(run.EpsilonSpent, 3.9, 4);
        Assert.Equal("releases/whole-1/", run.Release);
        var files = await host.Storage.Releases.ListAsync("whole-1", default);
        Assert.Equal(
            ["PRIVACY.md", "contact-sheet.png", "manifest.json", "privacy.json", "synthetic-00000.tar", "synthetic-00001.tar"],
            files.Select(file => file.Name).Order(StringComparer.Ordinal));
        Assert.Equal(40, await CountImagesAsync("whole-1", files.Select(file => file.Name).Where(name => name.EndsWith(".tar", StringComparison.Ordinal))));

        var budget = await host.Storage.Ledger.ReadAsync("whole", default);
        var spending = Assert.Single(budget.Runs);
        Assert.True(spending.Closed);
        Assert.Equal(["class-counts", "iteration-001", "iteration-002"], spending.Measurements.Select(measurement => measurement.Key));
        Assert.All(spending.Measurements, measurement => Assert.NotNull(measurement.SpentAt));

        using var manifest = await ReadJsonAsync("whole-1", "manifest.json");
        Assert.Equal(["level", "upright"], manifest.RootElement.GetProperty("classes").EnumerateArray().Select(item => item.GetProperty("name").GetString()));
        using var privacy = await ReadJsonAsync("whole-1", "privacy.json");
        Assert.Equal("add-remove", privacy.RootElement.GetProperty("adjacency").GetString());
        Assert.Equal(
            spending.Measurements.Select(measurement => measurement.EntryHash),
            privacy.RootElement.GetProperty("releases").EnumerateArray().Select(release => release.GetProperty("ledgerEntry").GetString()));
    }

    [Fact]
    public async Task Same_request_sent_three_times_is_one_run()
    {
        await SmallDataset.UploadAsync(host.Storage, "thrice");
        var request = SmallDataset.Request("thrice-1", "thrice");

        await Task.WhenAll(client.SendAsync(request), client.SendAsync(request));
        await client.WaitForEndAsync("thrice-1");
        await client.SendAsync(request);
        await SmallDataset.UploadAsync(host.Storage, "after-thrice");
        await client.SendAsync(SmallDataset.Request("thrice-2", "after-thrice"));
        await client.WaitForEndAsync("thrice-2");
        var run = await client.WaitForEndAsync("thrice-1");

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.Equal(3, (await host.Storage.Ledger.ReadAsync("thrice", default)).Runs.Single(spent => spent.RunId == "thrice-1").Measurements.Count);
    }

    [Fact]
    public async Task Unconditional_run_on_archives_skips_what_is_corrupt_when_asked_to()
    {
        await UploadArchiveAsync(
            "mixed", "part-00000.tar", [("a.png", SmallDataset.Draw(0, 1, "mixed")), ("b.png", SmallDataset.Draw(1, 2, "mixed")), ("c.png", [1, 2, 3])]);
        await host.Storage.Ledger.ApproveAsync("mixed");
        var request = SmallDataset.Request("mixed-1", "mixed", "\"classConditional\": false,")
            .Replace("\"channels\": 1", "\"channels\": 1, \"corrupt\": \"skip\"", StringComparison.Ordinal);

        using var accepted = await client.Http.PostAsync(new Uri("api/runs", UriKind.Relative), new StringContent(request, Encoding.UTF8, "application/json"));
        var run = await client.WaitForEndAsync("mixed-1");

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        Assert.EndsWith("/api/runs/mixed-1", accepted.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
    }

    [Fact]
    public async Task Run_draws_from_a_public_set_the_images_nearest_to_the_private_ones()
    {
        await SmallDataset.UploadAsync(host.Storage, "near");
        var candidates = host.Storage.ExchangeAccount.Candidates;
        for (var i = 0; i < 24; i++)
        {
            await candidates.UploadBlobAsync($"public/bars/{i:D3}.png", BinaryData.FromBytes(SmallDataset.Draw(i % 2, 1000 + i)));
        }

        using var request = JsonDocument.Parse(SmallDataset.Request("near-1", "near", epsilon: 100));
        var fields = System.Text.Json.Nodes.JsonObject.Create(request.RootElement)!;
        fields["generator"] = System.Text.Json.Nodes.JsonNode.Parse("""{ "name": "nearest-image", "options": { "publicSet": "bars" } }""");
        fields["evolution"]!["variationDegrees"] = System.Text.Json.Nodes.JsonNode.Parse("[8, 4, 1]");
        await host.Storage.Ledger.SetCapAsync("near", 200, 1e-5, default);
        await client.SendAsync(fields.ToJsonString());
        var run = await client.WaitForEndAsync("near-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));

        // Classes are in ordinal order, level before upright; public image i is upright where i is even. A degree of 1 is the parent itself.
        for (var shard = 0; shard < 2; shard++)
        {
            var released = await host.Storage.Candidates.ReadCandidatesAsync(new("near-1", 2, shard), withImages: false, default);
            var right = released.Parameters.ToArray().Count(index => (int)index % 2 == 1 - shard);
            Assert.True(right >= released.Count * 0.9, $"{right} of {released.Count} candidates of class {shard} show the right bar.");
        }
    }

    [Fact]
    public async Task Cancelled_run_ends_and_gives_back_what_it_did_not_spend()
    {
        await SmallDataset.UploadAsync(host.Storage, "cancelled");
        await client.SendAsync(SmallDataset.Request("cancelled-1", "cancelled", iterations: 60, population: 400));
        await client.WaitAsync("cancelled-1", run => run.Progress?.Iteration >= 2);

        using var answer = await client.Http.PostAsync(new Uri("api/runs/cancelled-1/cancel", UriKind.Relative), null);
        var run = await client.WaitForEndAsync("cancelled-1");
        using var again = await client.Http.PostAsync(new Uri("api/runs/cancelled-1/cancel", UriKind.Relative), null);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal(RunState.Cancelled, run.State);
        Assert.Null(run.Release);
        var spending = Assert.Single((await host.Storage.Ledger.ReadAsync("cancelled", default)).Runs);
        Assert.True(spending.Closed);
        Assert.InRange(spending.Measurements.Count(measurement => measurement.SpentAt is not null), 2, 60);
        Assert.InRange(run.EpsilonSpent, 1e-6, 4 * 0.999);
        Assert.True(await host.Storage.Candidates.HasEndedAsync("cancelled-1", default));
    }

    [Fact]
    public async Task Run_beyond_the_budget_is_refused_and_the_owner_is_told_what_is_left()
    {
        await SmallDataset.UploadAsync(host.Storage, "poor");
        await host.Storage.Ledger.SetCapAsync("poor", 2, 1e-5, default);

        await client.SendAsync(SmallDataset.Request("poor-1", "poor", epsilon: 1));
        await client.WaitForEndAsync("poor-1");
        await client.SendAsync(SmallDataset.Request("poor-2", "poor", epsilon: 1.9));
        var refused = await client.WaitForEndAsync("poor-2");

        Assert.Equal((RunState.Refused, Refusal.Budget.Sentence), (refused.State, refused.Reason));
        Assert.Matches(
            "^The dataset 'poor' has a budget of ε = 2 at δ = 1e-5, of which at most ε = 1\\.[0-9]+ is left",
            Assert.Single(await host.Storage.PrivateStore.ListDetailsAsync("poor-2", default)).Text);
        Assert.Equal(0, refused.EpsilonSpent);
        Assert.Empty(await host.Storage.Releases.ListAsync("poor-2", default));
        Assert.Single((await host.Storage.Ledger.ReadAsync("poor", default)).Runs);
    }

    [Fact]
    public async Task Run_list_and_the_description_of_the_api_are_served()
    {
        using var description = await client.Http.GetFromJsonAsync<JsonDocument>(new Uri("api/openapi.json", UriKind.Relative));
        using var list = await client.Http.GetFromJsonAsync<JsonDocument>(new Uri("api/runs", UriKind.Relative));

        Assert.Equal("3.1.0", description!.RootElement.GetProperty("openapi").GetString());
        Assert.Equal(JsonValueKind.Array, list!.RootElement.GetProperty("runs").ValueKind);
    }

    public void Dispose() => client.Dispose();

    private async Task<int> CountImagesAsync(string runId, IEnumerable<string> archives)
    {
        var decoder = new ImageDecoder(new DecodeLimits());
        var pixels = new byte[SmallDataset.Shape.ByteCount];
        var images = 0;
        foreach (var archive in archives)
        {
            await using var stream = await host.Storage.Releases.OpenAsync(runId, archive, default);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy);
            copy.Position = 0;
            await using var tar = new TarReader(copy);
            while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
            {
                if (entry.Name.EndsWith(".png", StringComparison.Ordinal))
                {
                    using var image = new MemoryStream();
                    await entry.DataStream!.CopyToAsync(image);
                    decoder.Decode(image.ToArray(), SmallDataset.Shape, ResizeMode.Fit, pixels);
                    images++;
                }
            }
        }

        return images;
    }

    private async Task<JsonDocument> ReadJsonAsync(string runId, string file)
    {
        await using var stream = await host.Storage.Releases.OpenAsync(runId, file, default);
        return await JsonDocument.ParseAsync(stream);
    }

    private async Task UploadArchiveAsync(string dataset, string name, IReadOnlyList<(string Name, byte[] Content)> entries)
    {
        using var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var (entryName, content) in entries)
            {
                await writer.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, entryName) { DataStream = new MemoryStream(content) });
            }
        }

        archive.Position = 0;
        await host.Storage.PrivateAccount.Data.GetBlobClient($"{dataset}/{name}").UploadAsync(archive);
    }
}
