using DpSynth.Catalogue;
using DpSynth.Imaging;
using DpSynth.Storage.Candidates;
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
}
