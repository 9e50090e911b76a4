using System.Text;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.NearestImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Testing.Contracts;

/// <summary>What every candidate store keeps to.</summary>
public abstract class CandidateStoreContract
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract ICandidateStore Store { get; }

    /// <summary>The single drawings that belong to the store.</summary>
    protected abstract IDrawingStore Drawings { get; }

    private CandidateShardId Shard => new(_run, 3, 12);

    [Fact]
    public async Task Recipe_that_is_not_there_is_null() => Assert.Null(await Store.ReadRecipeAsync(_run, None));

    [Fact]
    public async Task Recipe_comes_back_whole()
    {
        var recipe = Recipe(ulong.MaxValue) with
        {
            Classes = ["0", null],
            ClassWeights = [1L << 40, 0],
            Generator = new NearestImageOptions { PublicSet = "faces" },
            Embedder = new PixelsOptions { Blur = 0.5, Downscale = 2 },
        };
        await Store.WriteRecipeAsync(recipe, None);

        var read = (await Store.ReadRecipeAsync(_run, None))!;
        Assert.Equal((recipe.RunId, recipe.Generator, recipe.Embedder, recipe.Shape), (read.RunId, read.Generator, read.Embedder, read.Shape));
        Assert.Equal((recipe.Seed, recipe.CandidatesPerShard), (read.Seed, read.CandidatesPerShard));
        Assert.Equal(recipe.Classes, read.Classes);
        Assert.Equal(recipe.ClassWeights, read.ClassWeights);
        Assert.Equal([100, 200], read.Steps.Select(step => step.Candidates));
        Assert.Equal((2, 3), (read.Steps[0].Folds, read.Steps[1].MinPerClass));
        Assert.Equal(0.25, read.Steps[1].Degree.Components["font"]);
        Assert.Equal(8, read.Steps[0].Lookahead!.Variations);
        Assert.Null(read.Steps[1].Lookahead);
    }

    [Fact]
    public async Task First_recipe_stays()
    {
        await Store.WriteRecipeAsync(Recipe(1), None);
        await Store.WriteRecipeAsync(Recipe(2), None);
        Assert.Equal(1UL, (await Store.ReadRecipeAsync(_run, None))!.Seed);
    }

    [Fact]
    public async Task Parents_come_back_also_for_classes_without_any()
    {
        var parents = new ParentList([new([new(3, 7), new(0, 0), new(3, 7)], 2), new([], 0), new([new(5, 1999)], 1), new([], 0)]);
        await Store.WriteParentsAsync(_run, 4, parents, None);
        var read = await Store.ReadParentsAsync(_run, 4, None);
        Assert.Equal(parents.Classes.Select(one => one.KeptFrom), read.Classes.Select(one => one.KeptFrom));
        Assert.Equal(parents.Classes.Select(one => one.Parents), read.Classes.Select(one => one.Parents));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadParentsAsync(_run, 5, None));
    }

    [Fact]
    public async Task First_parents_stay()
    {
        await Store.WriteParentsAsync(_run, 1, new ParentList([new([new(1, 1)], 0)]), None);
        await Store.WriteParentsAsync(_run, 1, new ParentList([new([new(2, 2)], 0)]), None);
        Assert.Equal(new CandidateReference(1, 1), (await Store.ReadParentsAsync(_run, 1, None)).Classes[0].Parents[0]);
    }

    [Fact]
    public async Task Shard_comes_back_pixel_for_pixel_with_parameters_embeddings_and_notes()
    {
        var candidates = Batch(new ImageShape(9, 7, 3), 20, parameters: 4) with
        {
            Notes = new GenerationNotes { Providers = ["cpu"], FlaggedDrawings = 2, Warnings = ["A prompt was cut."] },
        };
        var embeddings = new EmbeddingMatrix(20, 5);
        for (var i = 0; i < embeddings.Values.Length; i++)
        {
            embeddings.Values[i] = i / 7f;
        }

        byte[] pixels = [.. candidates.Images!.Pixels];
        float[] parameters = [.. candidates.Parameters.Span], rows = [.. embeddings.Values];
        await Store.WriteShardAsync(Shard, "cats", 1, candidates, embeddings, None);
        candidates.Images.Pixels.Clear();
        embeddings.Values.Clear();

        var read = await Store.ReadCandidatesAsync(Shard, withImages: true, None);
        Assert.Equal((candidates.Images.Shape, 20, 20, 4), (read.Images!.Shape, read.Images.Count, read.Count, read.ParameterCount));
        Assert.Equal(pixels, read.Images.Pixels.ToArray());
        Assert.Equal(parameters, read.Parameters.ToArray());
        var readEmbeddings = await Store.ReadEmbeddingsAsync(Shard, None);
        Assert.Equal((20, 5), (readEmbeddings.Rows, readEmbeddings.Columns));
        Assert.Equal(rows, readEmbeddings.Values.ToArray());
        var notes = await Store.ReadNotesAsync(Shard, None);
        Assert.Equal(("cpu", 2L, "A prompt was cut."), (Assert.Single(notes.Providers), notes.FlaggedDrawings, Assert.Single(notes.Warnings)));
    }

    [Fact]
    public async Task Candidates_are_read_back_without_notes_and_without_images_where_none_are_wanted()
    {
        var candidates = Batch(new ImageShape(4, 4, 1), 2, parameters: 1) with { Notes = new GenerationNotes { FlaggedDrawings = 2 } };
        await Store.WriteShardAsync(Shard, null, 0, candidates, null, None);
        var read = await Store.ReadCandidatesAsync(Shard, withImages: false, None);
        Assert.Null(read.Images);
        Assert.True(read.Notes.IsEmpty);
        Assert.Equal(candidates.Parameters.ToArray(), read.Parameters.ToArray());
    }

    [Fact]
    public async Task Shard_without_class_parameters_embeddings_and_notes_comes_back_and_has_no_embeddings_to_read()
    {
        await Store.WriteShardAsync(Shard, null, 0, Batch(new ImageShape(4, 4, 1), 3, parameters: 0), null, None);
        var read = await Store.ReadCandidatesAsync(Shard, withImages: true, None);
        Assert.Equal((3, 0, 3), (read.Count, read.ParameterCount, read.Images!.Count));
        Assert.True((await Store.ReadNotesAsync(Shard, None)).IsEmpty);
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadEmbeddingsAsync(Shard, None));
    }

    [Fact]
    public async Task First_shard_stays()
    {
        var first = Batch(new ImageShape(4, 4, 1), 3, parameters: 2);
        await Store.WriteShardAsync(Shard, null, 0, first, new EmbeddingMatrix(3, 1, new float[] { 1, 2, 3 }), None);
        await Store.WriteShardAsync(Shard, null, 0, Batch(new ImageShape(4, 4, 1), 3, parameters: 2, seed: 99), new EmbeddingMatrix(3, 1), None);
        var read = await Store.ReadCandidatesAsync(Shard, withImages: true, None);
        Assert.Equal(first.Images!.Pixels.ToArray(), read.Images!.Pixels.ToArray());
        Assert.Equal(first.Parameters.ToArray(), read.Parameters.ToArray());
        Assert.Equal(new float[] { 1, 2, 3 }, (await Store.ReadEmbeddingsAsync(Shard, None)).Values.ToArray());
    }

    [Fact]
    public async Task Shard_without_an_image_or_an_embedding_for_each_candidate_is_refused_and_not_written()
    {
        var candidates = Batch(new ImageShape(4, 4, 1), 3, parameters: 0);
        foreach (var (batch, embeddings) in ((CandidateBatch, EmbeddingMatrix?)[])
            [(candidates with { Images = null }, null), (candidates with { Images = candidates.Images!.Slice(0, 2) }, null),
                (candidates, new EmbeddingMatrix(2, 1))])
        {
            await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteShardAsync(Shard, null, 0, batch, embeddings, None));
        }

        Assert.False(await Store.ShardExistsAsync(Shard, None));
    }

    [Fact]
    public async Task Shards_are_listed_ascending_by_generation()
    {
        var batch = Batch(new ImageShape(4, 4, 1), 1, parameters: 0);
        foreach (var number in (int[])[10, 2, 0])
        {
            await Store.WriteShardAsync(new CandidateShardId(_run, 1, number), null, 0, batch, null, None);
        }

        await Store.WriteShardAsync(new CandidateShardId(_run, 11, 5), null, 0, batch, null, None);

        Assert.Equal([0, 2, 10], await Store.ListShardsAsync(_run, 1, None));
        Assert.Empty(await Store.ListShardsAsync(_run, 2, None));
        Assert.Empty(await Store.ListShardsAsync(UniqueName.Of("run"), 1, None));
        Assert.True(await Store.ShardExistsAsync(new CandidateShardId(_run, 1, 2), None));
        Assert.False(await Store.ShardExistsAsync(new CandidateShardId(_run, 1, 1), None));
    }

    [Fact]
    public async Task What_is_not_stored_cannot_be_read()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadParentsAsync(_run, 1, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadEmbeddingsAsync(Shard, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadCandidatesAsync(Shard, withImages: true, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadCandidatesAsync(Shard, withImages: false, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadNotesAsync(Shard, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenTarAsync(Shard, None));
    }

    [Fact]
    public async Task Tar_holds_images_and_class_one_after_the_other()
    {
        await Store.WriteShardAsync(Shard, "cats", 5, Batch(new ImageShape(4, 4, 1), 2, parameters: 0), null, None);
        await using var tar = await Store.OpenTarAsync(Shard, None);
        var files = await TarBytes.ReadAsync(tar);
        Assert.Equal(["000000.png", "000000.cls", "000001.png", "000001.cls"], files.Select(file => file.Name));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], files[0].Content[..4]);
        Assert.Equal(["5", "5"],
            files.Where(file => file.Name.EndsWith(".cls", StringComparison.Ordinal)).Select(file => Encoding.ASCII.GetString(file.Content)));
    }

    [Fact]
    public async Task What_is_published_is_the_shard_as_it_was_written_or_nothing()
    {
        var shape = new ImageShape(4, 4, 1);
        await Store.WriteShardAsync(Shard, "cats", 5, Batch(shape, 3, parameters: 0), null, None);
        await using var stored = await Store.OpenTarAsync(Shard, None);
        await using var published = await Store.OpenForPublicationAsync(Shard, shape, 3, 5, None);
        Assert.Equal(await ReadAllAsync(stored), await ReadAllAsync(published));

        await RefusesAsync(shape, count: 2, classIndex: 5);
        await RefusesAsync(shape, count: 4, classIndex: 5);
        await RefusesAsync(shape, count: 3, classIndex: 4);
        await RefusesAsync(new ImageShape(4, 5, 1), count: 3, classIndex: 5);

        Task RefusesAsync(ImageShape wanted, int count, int classIndex) => Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await using var refused = await Store.OpenForPublicationAsync(Shard, wanted, count, classIndex, None);
            await ReadAllAsync(refused);
        });

        static async Task<byte[]> ReadAllAsync(Stream stream)
        {
            using var all = new MemoryStream();
            await stream.CopyToAsync(all);
            return all.ToArray();
        }
    }

    [Fact]
    public async Task Generations_of_a_run_go_and_its_recipe_and_the_word_that_it_is_over_stay()
    {
        var next = $"{_run}-2";
        await FillAsync(_run);
        await FillAsync(next);

        Assert.Equal(0, await Store.DeleteGenerationsAsync(_run, None));
        Assert.Equal(0, await Store.DeleteGenerationsAsync(_run, None));

        Assert.Empty(await Store.ListShardsAsync(_run, 3, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadCandidatesAsync(Shard, withImages: false, None));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadParentsAsync(_run, 3, None));
        Assert.Empty(await Drawings.ListAsync(Shard, None));
        Assert.NotNull(await Store.ReadRecipeAsync(_run, None));
        Assert.True(await Store.HasEndedAsync(_run, None));
        Assert.Single(await Store.ListShardsAsync(next, 3, None));
        Assert.Single(await Drawings.ListAsync(Shard with { RunId = next }, None));
        Assert.Single((await Store.ReadParentsAsync(next, 3, None)).Classes);
    }

    [Fact]
    public async Task Run_is_over_once_marked_and_may_be_marked_again()
    {
        Assert.False(await Store.HasEndedAsync(_run, None));
        await Store.MarkEndedAsync(_run, None);
        await Store.MarkEndedAsync(_run, None);
        Assert.True(await Store.HasEndedAsync(_run, None));
        Assert.False(await Store.HasEndedAsync($"{_run}-2", None));
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_change_nothing()
    {
        await Stopped.CallsAsync(
            stop => Store.WriteRecipeAsync(Recipe(1), stop),
            stop => Store.ReadRecipeAsync(_run, stop),
            stop => Store.WriteParentsAsync(_run, 1, new ParentList([]), stop),
            stop => Store.ReadParentsAsync(_run, 1, stop),
            stop => Store.WriteShardAsync(Shard, null, 0, Batch(new ImageShape(4, 4, 1), 1, parameters: 0), null, stop),
            stop => Store.ShardExistsAsync(Shard, stop),
            stop => Store.ListShardsAsync(_run, 1, stop),
            stop => Store.ReadEmbeddingsAsync(Shard, stop),
            stop => Store.ReadCandidatesAsync(Shard, withImages: true, stop),
            stop => Store.ReadNotesAsync(Shard, stop),
            stop => Store.OpenTarAsync(Shard, stop),
            stop => Store.MarkEndedAsync(_run, stop),
            stop => Store.HasEndedAsync(_run, stop));
        Assert.Null(await Store.ReadRecipeAsync(_run, None));
        Assert.False(await Store.ShardExistsAsync(Shard, None));
        Assert.False(await Store.HasEndedAsync(_run, None));

        await FillAsync(_run);
        await Stopped.CallsAsync(stop => Store.DeleteGenerationsAsync(_run, stop));
        Assert.Single(await Store.ListShardsAsync(_run, 3, None));
    }

    private async Task FillAsync(string run)
    {
        await Store.WriteRecipeAsync(Recipe(1) with { RunId = run }, None);
        await Store.WriteParentsAsync(run, 3, new ParentList([new([new(1, 1)], 0)]), None);
        await Store.WriteShardAsync(Shard with { RunId = run }, null, 0, Batch(new ImageShape(4, 4, 1), 1, parameters: 1), new EmbeddingMatrix(1, 1), None);
        await Drawings.WriteAsync(Shard with { RunId = run }, 7, new byte[] { 1 }, None);
        await Store.MarkEndedAsync(run, None);
    }

    private GenerationRecipe Recipe(ulong seed) => new()
    {
        RunId = _run,
        Classes = [null],
        Generator = new DrawTextOptions(),
        Embedder = new PixelsOptions(),
        Shape = new ImageShape(28, 28, 1),
        CandidatesPerShard = 2000,
        Steps =
        [
            new GenerationStep { Candidates = 100, Folds = 2, Degree = VariationDegree.Of(1), Lookahead = new Lookahead(8, VariationDegree.Of(1)) },
            new GenerationStep
            {
                Candidates = 200, MinPerClass = 3, Degree = new VariationDegree(0.5, new Dictionary<string, double> { ["size"] = 1, ["font"] = 0.25 }),
            },
        ],
        Seed = seed,
    };

    private static CandidateBatch Batch(ImageShape shape, int count, int parameters, int seed = 1)
    {
        var images = new ImageBatch(shape, count);
        var random = new Random(seed);
        random.NextBytes(images.Pixels);
        return new CandidateBatch(images, Enumerable.Range(0, count * parameters).Select(_ => random.NextSingle()).ToArray(), count, parameters);
    }
}
