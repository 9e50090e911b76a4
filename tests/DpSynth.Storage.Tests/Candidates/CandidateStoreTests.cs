using DpSynth.Catalogue;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Storage.Candidates;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Tests.Candidates;

[Collection(AzuriteTests.Name)]
public sealed class CandidateStoreTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly CandidateStore _store = new(azurite.Exchange.Candidates, Decoders.Default, RequestParts.Json);

    [Fact]
    public async Task Shard_comes_back_pixel_for_pixel_with_parameters_and_embeddings()
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 3, 12);
        var candidates = NewBatch(new ImageShape(9, 7, 3), 20, parameters: 4) with
        {
            Notes = new GenerationNotes { Providers = ["cpu"], FlaggedDrawings = 2, Warnings = ["A prompt was cut."] },
        };
        var embeddings = new EmbeddingMatrix(20, 5);
        new Random(2).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(embeddings.Values));
        Assert.False(await _store.ShardExistsAsync(shard, None));

        await _store.WriteShardAsync(shard, "cats", 1, candidates, embeddings, None);

        Assert.True(await _store.ShardExistsAsync(shard, None));
        var read = await _store.ReadCandidatesAsync(shard, withImages: true, None);
        Assert.Equal(candidates.Images!.Shape, read.Images!.Shape);
        Assert.Equal(candidates.Images.Pixels, read.Images.Pixels);
        Assert.Equal(candidates.Parameters.ToArray(), read.Parameters.ToArray());
        Assert.Equal((20, 4), (read.Count, read.ParameterCount));
        var readEmbeddings = await _store.ReadEmbeddingsAsync(shard, None);
        Assert.Equal((20, 5), (readEmbeddings.Rows, readEmbeddings.Columns));
        Assert.Equal(
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(embeddings.Values),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes(readEmbeddings.Values));
        Assert.Null((await _store.ReadCandidatesAsync(shard, withImages: false, None)).Images);
        var notes = await _store.ReadNotesAsync(shard, None);
        Assert.Equal((1, 2L, "A prompt was cut."), (notes.Providers.Count, notes.FlaggedDrawings, Assert.Single(notes.Warnings)));
    }

    [Fact]
    public async Task Shard_without_parameters_classes_and_embeddings_comes_back()
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 0, 0);
        await _store.WriteShardAsync(shard, null, 0, NewBatch(new ImageShape(4, 4, 1), 3, parameters: 0), null, None);
        var read = await _store.ReadCandidatesAsync(shard, withImages: true, None);
        Assert.Equal((3, 0), (read.Count, read.ParameterCount));
        Assert.True((await _store.ReadNotesAsync(shard, None)).IsEmpty);
        await Assert.ThrowsAsync<FileNotFoundException>(() => _store.ReadEmbeddingsAsync(shard, None));
    }

    [Fact]
    public async Task Shard_once_complete_stays_as_it_is()
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 0, 0);
        var first = NewBatch(new ImageShape(4, 4, 1), 3, parameters: 2);
        await _store.WriteShardAsync(shard, null, 0, first, null, None);
        await _store.WriteShardAsync(shard, null, 0, NewBatch(new ImageShape(4, 4, 1), 3, parameters: 2, seed: 99), null, None);
        var read = await _store.ReadCandidatesAsync(shard, withImages: true, None);
        Assert.Equal(first.Images!.Pixels, read.Images!.Pixels);
    }

    [Fact]
    public async Task Half_written_shard_is_not_listed_and_is_finished_by_the_next_write()
    {
        var run = AzuriteFixture.NewName("run");
        var batch = NewBatch(new ImageShape(4, 4, 1), 3, parameters: 2);
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

    [Fact]
    public async Task Parents_come_back_also_for_classes_without_any()
    {
        var run = AzuriteFixture.NewName("run");
        var parents = new ParentList(
        [
            new ClassParents([new(3, 7), new(0, 0), new(3, 7)], 2),
            new ClassParents([], 0),
            new ClassParents([new(5, 1999)], 1),
            new ClassParents([], 0),
        ]);
        await _store.WriteParentsAsync(run, 4, parents, None);
        var read = await _store.ReadParentsAsync(run, 4, None);
        Assert.Equal(parents.Classes.Count, read.Classes.Count);
        Assert.All(parents.Classes.Zip(read.Classes), pair =>
        {
            Assert.Equal(pair.First.Parents, pair.Second.Parents);
            Assert.Equal(pair.First.KeptFrom, pair.Second.KeptFrom);
        });
        await Assert.ThrowsAsync<FileNotFoundException>(() => _store.ReadParentsAsync(run, 5, None));
    }

    [Fact]
    public async Task Recipe_comes_back_with_its_generator_and_embedder()
    {
        var recipe = new GenerationRecipe
        {
            RunId = AzuriteFixture.NewName("run"),
            Classes = ["0", null],
            Generator = new NearestImageOptions { PublicSet = "faces" },
            Embedder = new PixelsOptions { Blur = 0.5, Downscale = 2 },
            Shape = new ImageShape(28, 28, 1),
            CandidatesPerShard = 2000,
            Steps = [.. DpSynth.Synthesis.PrivateEvolution.Generation.Steps(Requests.Evolution, embedsRelease: true)],
            Seed = ulong.MaxValue,
        };
        Assert.Null(await _store.ReadRecipeAsync(recipe.RunId, None));
        await _store.WriteRecipeAsync(recipe, None);
        var read = await _store.ReadRecipeAsync(recipe.RunId, None);
        Assert.NotNull(read);
        Assert.Equal(recipe.Generator, read.Generator);
        Assert.Equal(recipe.Embedder, read.Embedder);
        Assert.Equal((recipe.Shape, recipe.Seed, recipe.CandidatesPerShard), (read.Shape, read.Seed, read.CandidatesPerShard));
        Assert.Equal(recipe.Classes, read.Classes);
        Assert.Equal([100, 200], read.Steps.Select(step => step.Candidates));
        Assert.Equal(0.25, read.Steps[1].Degree.Components["font"]);
        Assert.Equal((8, 0), (read.Steps[0].Lookahead!.Variations, read.Steps[1].Lookahead!.Variations));
    }

    [Fact]
    public async Task Run_is_over_once_marked()
    {
        var run = AzuriteFixture.NewName("run");
        Assert.False(await _store.HasEndedAsync(run, None));
        await _store.MarkEndedAsync(run, None);
        await _store.MarkEndedAsync(run, None);
        Assert.True(await _store.HasEndedAsync(run, None));
    }

    [Fact]
    public async Task Tar_is_opened_as_it_is_stored()
    {
        var shard = new CandidateShardId(AzuriteFixture.NewName("run"), 2, 1);
        await _store.WriteShardAsync(shard, null, 5, NewBatch(new ImageShape(4, 4, 1), 2, parameters: 0), null, None);
        await using var tar = await _store.OpenTarAsync(shard, None);
        var names = new List<string>();
        await foreach (var entry in DpSynth.Storage.Formats.TarArchive.ReadAsync(tar, new(), None))
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["000000.png", "000000.cls", "000001.png", "000001.cls"], names);
    }

    private static CandidateBatch NewBatch(ImageShape shape, int count, int parameters, int seed = 1)
    {
        var images = new ImageBatch(shape, count);
        var random = new Random(seed);
        random.NextBytes(images.Pixels);
        var values = Enumerable.Range(0, count * parameters).Select(_ => random.NextSingle()).ToArray();
        return new CandidateBatch(images, values, count, parameters);
    }
}
