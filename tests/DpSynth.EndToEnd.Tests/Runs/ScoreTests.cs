using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.Runs;

public sealed class ScoreTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Release_is_scored_in_public_against_public_images_and_in_private_against_private_ones()
    {
        await SmallDataset.UploadAsync(host.Storage, "scored");
        for (var i = 0; i < 24; i++)
        {
            await host.Storage.ExchangeAccount.Candidates.UploadBlobAsync(
                $"public/reference/{i:D3}.png", BinaryData.FromBytes(SmallDataset.Draw(i % 2, 1000 + i)));
        }

        var request = JsonNode.Parse(SmallDataset.Request("scored-1", "scored"))!;
        request["scores"] = JsonNode.Parse("""{ "publicReference": "reference", "private": true }""");
        await client.SendAsync(request.ToJsonString());
        var run = await client.WaitForEndAsync("scored-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        await using var file = await host.Storage.Releases.OpenAsync("scored-1", RunManifest.FileName, default);
        using var manifest = await JsonDocument.ParseAsync(file);
        var published = manifest.RootElement.GetProperty("scores");
        Assert.Equal("the public images 'reference'", published.GetProperty("reference").GetString());
        Assert.Equal((40, 24), (published.GetProperty("images").GetInt32(), published.GetProperty("referenceImages").GetInt32()));
        Assert.True(published.GetProperty("frechetDistance").GetDouble() > 0);

        var kept = await host.Storage.PrivateStore.ReadRecordAsync<ReleaseScores>("scored-1", ReleaseScores.PrivateRecordName, default);
        Assert.StartsWith("the private images of", kept!.Reference, StringComparison.Ordinal);
        Assert.Contains("ε does not cover it", kept.Caution, StringComparison.Ordinal);
        Assert.NotEqual(kept.FrechetDistance, published.GetProperty("frechetDistance").GetDouble());
        Assert.DoesNotContain("private images of", manifest.RootElement.GetRawText(), StringComparison.Ordinal);
    }

    public void Dispose() => client.Dispose();
}
