using System.Text;
using DpSynth.Catalogue;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Tests.Candidates;

[Collection(AzuriteTests.Name)]
public sealed class CandidateStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly CandidateStore _store = new(azurite.Exchange.Candidates, Decoders.Default, RequestParts.Json);

    [Fact]
    public async Task Half_written_shard_is_not_listed_and_is_finished_by_the_next_write()
    {
        var run = AzuriteFixture.NewName("run");
        var batch = new CandidateBatch(new ImageBatch(new ImageShape(4, 4, 1), 3), new float[6], 3, 2);
        foreach (var number in new[] { 10, 2, 0 })
        {
            await _store.WriteShardAsync(new CandidateShardId(run, 1, number), null, 0, batch, null, None);
        }

        await azurite.Exchange.Candidates.GetBlobClient(ExchangeLayout.ShardMarker(new CandidateShardId(run, 1, 2))).DeleteAsync();
        Assert.Equal([0, 10], await _store.ListShardsAsync(run, 1, None));
        Assert.False(await _store.ShardExistsAsync(new CandidateShardId(run, 1, 2), None));

        await _store.WriteShardAsync(new CandidateShardId(run, 1, 2), null, 0, batch, null, None);
        Assert.Equal([0, 2, 10], await _store.ListShardsAsync(run, 1, None));
        Assert.Empty(await _store.ListShardsAsync(run, 2, None));
    }

    /// <summary>A worker that was taken over can put anything where a shard's archive belongs.</summary>
    [Theory]
    [InlineData("larger image", "is no PNG of 4×4 pixels")]
    [InlineData("text", "is no PNG of 4×4 pixels")]
    [InlineData("other entry", "something else than the class")]
    [InlineData("large entry", "is larger than")]
    [InlineData("damaged", "cannot be used")]
    public async Task Archive_of_a_worker_is_published_only_if_it_holds_the_images_and_nothing_else(string fault, string sentence)
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 1, 0);
        var shape = new ImageShape(4, 4, 1);
        using var archive = new MemoryStream();
        using (var writer = new WebDatasetWriter(archive))
        {
            writer.Add(fault switch
            {
                "larger image" => PngEncoder.Encode(new byte[30], new ImageShape(6, 5, 1)),
                "text" => "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(),
                "large entry" => [.. PngEncoder.Encode(new byte[16], shape), .. new byte[1 << 20]],
                "damaged" => PngEncoder.Encode(new byte[16], shape)[..^20],
                _ => PngEncoder.Encode(new byte[16], shape),
            }, classIndex: fault == "other entry" ? 31337 : 0);
        }

        archive.Position = 0;
        await azurite.Exchange.Candidates.GetBlobClient(ExchangeLayout.Tar(shard)).UploadAsync(archive);

        var refusal = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var published = await _store.OpenForPublicationAsync(shard, shape, 1, 0, None);
            await published.CopyToAsync(Stream.Null);
        });
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_published_of_an_image_are_its_pixels()
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 1, 0);
        var shape = new ImageShape(4, 4, 1);
        var png = PngEncoder.Encode(new byte[16], shape);
        using var archive = new MemoryStream();
        using (var writer = new WebDatasetWriter(archive))
        {
            // Behind the end of a PNG anything may stand.
            writer.Add([.. png, .. "a secret"u8], classIndex: 0);
        }

        archive.Position = 0;
        await azurite.Exchange.Candidates.GetBlobClient(ExchangeLayout.Tar(shard)).UploadAsync(archive);
        await using var published = await _store.OpenForPublicationAsync(shard, shape, 1, 0, None);
        using var all = new MemoryStream();
        await published.CopyToAsync(all);
        Assert.DoesNotContain("a secret", Encoding.Latin1.GetString(all.ToArray()), StringComparison.Ordinal);
    }
}
