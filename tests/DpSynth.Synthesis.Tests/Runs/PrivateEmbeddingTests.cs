using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs;

/// <summary>One archive of several blocks, so that one block is decoded while the one before is embedded.</summary>
public sealed class PrivateEmbeddingTests : IDisposable
{
    private const string Run = RunHarness.Run;
    private const int Images = 3_300;

    private readonly RunHarness run = new();

    [Fact]
    public async Task Blocks_decoded_ahead_keep_their_order_and_leave_out_what_does_not_decode()
    {
        await PlanAsync(broken: 1_500);
        await run.Embedding.EmbedAsync(Run, 0, default);

        var embeddings = (await run.PrivateStore.ReadEmbeddingsAsync(Run, 0, default))!;
        var found = (await run.PrivateStore.ReadRecordAsync<EmbeddedShard>(Run, EmbeddedShard.RecordName(0), default))!;
        Assert.Equal((Images - 1, Images - 1), (embeddings.Rows, found.Images));
        Assert.Contains(Name(1_500), Assert.Single(found.Unreadable), StringComparison.Ordinal);
        var scale = embeddings[1][0];
        for (var row = 0; row < embeddings.Rows; row++)
        {
            Assert.Equal((row < 1_500 ? row : row + 1) % 251, embeddings[row][0] / scale, 1e-3);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task What_stops_the_embedder_stops_the_decoding_and_records_nothing(int failingCall)
    {
        await PlanAsync();
        var embedding = new PrivateEmbedding(
            run.PrivateStore, run.PrivateStore, run.PrivateStore, new Failing(failingCall), new ImageDecoder(new DecodeLimits()));

        await Assert.ThrowsAsync<TimeoutException>(() => embedding.EmbedAsync(Run, 0, default));
        Assert.Null(await run.PrivateStore.ReadRecordAsync<EmbeddedShard>(Run, EmbeddedShard.RecordName(0), default));
    }

    [Fact]
    public async Task Cancellation_stops_decoding_and_embedding()
    {
        await PlanAsync();
        using var source = new CancellationTokenSource();
        var embedding = new PrivateEmbedding(
            run.PrivateStore, run.PrivateStore, run.PrivateStore, new Failing(2, source.Cancel), new ImageDecoder(new DecodeLimits()));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedding.EmbedAsync(Run, 0, source.Token));
        Assert.Null(await run.PrivateStore.ReadRecordAsync<EmbeddedShard>(Run, EmbeddedShard.RecordName(0), default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dataset_that_changed_after_it_was_planned_is_not_embedded(bool removed)
    {
        await PlanAsync();
        var second = run.Embedding;
        if (removed)
        {
            run.PrivateStore.Blobs.Remove(Name(3));
        }
        else
        {
            run.PrivateStore.Blobs[Name(3)] = run.PrivateStore.Blobs[Name(4)];
        }

        var changed = await Assert.ThrowsAsync<DatasetChangedException>(() => second.EmbedAsync(Run, 0, default));

        Assert.Equal("A file of the dataset 'cats' was replaced or removed after its run was planned: times of modification tell which. Leave a "
            + "dataset alone until its runs have embedded it, and send the request again under another id.", changed.Message);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<EmbeddedShard>(Run, EmbeddedShard.RecordName(0), default));
        Assert.Null(await run.PrivateStore.ReadEmbeddingsAsync(Run, 0, default));
    }

    [Fact]
    public async Task Plan_made_before_versions_were_pinned_reads_what_is_there()
    {
        await PlanAsync();
        var plan = (await run.PrivateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default))!;
        run.PrivateStore.Replace(
            Run, RunPlan.RecordName, plan with { PrivateShards = [.. plan.PrivateShards.Select(shard => shard with { Versions = null })] });
        run.PrivateStore.Blobs.Remove(Name(3));

        await run.Embedding.EmbedAsync(Run, 0, default);

        Assert.Equal(Images - 1, (await run.PrivateStore.ReadEmbeddingsAsync(Run, 0, default))!.Rows);
    }

    public void Dispose() => run.Dispose();

    private static string Name(int image) => $"cats/all/images.tar!{image:D5}.png";

    private async Task PlanAsync(int? broken = null)
    {
        var encoded = new byte[251][];
        for (var i = 0; i < encoded.Length; i++)
        {
            var pixels = new byte[RunHarness.Shape.ByteCount];
            pixels.AsSpan().Fill((byte)i);
            encoded[i] = PngEncoder.Encode(pixels, RunHarness.Shape);
        }

        for (var i = 0; i < Images; i++)
        {
            run.PrivateStore.Blobs[Name(i)] = i == broken ? [1, 2, 3] : encoded[i % encoded.Length];
        }

        var request = RunHarness.Request(new EvolutionOptions
        {
            PopulationSizes = [8, 8],
            VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3)],
        });
        Assert.Equal(8, (await run.PlanAsync(request)).Lanes);
    }

    private sealed class Failing(int call, Action? instead = null) : IEmbedderFactory, IEmbedder
    {
        private int calls;

        public int Dimension => 1;

        public ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IEmbedder>(this);

        public ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken)
        {
            if (++calls < call)
            {
                return ValueTask.CompletedTask;
            }

            if (instead is null)
            {
                throw new TimeoutException();
            }

            instead();
            cancellationToken.ThrowIfCancellationRequested();
            return ValueTask.CompletedTask;
        }
    }
}
