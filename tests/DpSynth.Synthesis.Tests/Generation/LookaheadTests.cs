using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Generation;

public sealed class LookaheadTests
{
    private const int Lookahead = 5;
    private const int Candidates = 7;
    private static readonly ImageShape Shape = new(6, 4, 1);

    [Fact]
    public async Task Images_of_the_lookahead_are_embedded_in_the_job_and_leave_it_as_means_only()
    {
        var store = new InMemoryCandidateStore();
        await store.WriteRecipeAsync(Recipe(), default);
        var embedder = new RecordingEmbedder();
        var maker = new ShardMaker(store, new GeneratorCache(store, new BrightnessGenerator.Factory(), embedder));
        var job = new GenerationJob("run", 0, 0, 0, 0, Candidates);

        await maker.RunAsync(job, default);

        // Whatever embeds them: the candidates themselves are not embedded, their variations are seen here and nowhere else.
        Assert.Equal(Candidates * Lookahead, embedder.Seen.Count);
        var stored = await store.ReadCandidatesAsync(job.ShardId, withImages: true, default);
        Assert.Equal((1, Candidates, Candidates), (store.Writes, stored.Count, stored.Images!.Count));
        var embeddings = await store.ReadEmbeddingsAsync(job.ShardId, default);
        Assert.Equal((Candidates, 2), (embeddings.Rows, embeddings.Columns));
        for (var i = 0; i < Candidates; i++)
        {
            var variations = embedder.Seen.Skip(i * Lookahead).Take(Lookahead).ToArray();
            Assert.Equal(variations.Average(value => (double)value), embeddings[i][0], 1e-3);
            Assert.Equal(variations.Average(value => value * value), embeddings[i][1], 1e-1);
        }
    }

    private static GenerationRecipe Recipe() => new()
    {
        RunId = "run",
        Classes = [null],
        Generator = new DrawTextOptions(),
        Embedder = new OnnxImageOptions { Model = "any" },
        Shape = Shape,
        Steps = [new GenerationStep { Candidates = Candidates, Degree = VariationDegree.Of(0.5), Lookahead = new(Lookahead, VariationDegree.Of(0.5)) }],
        CandidatesPerShard = 100,
        Seed = 3,
    };

    /// <summary>Embeds an image of one brightness b as (b, b²), and notes it.</summary>
    private sealed class RecordingEmbedder : IEmbedderFactory, IEmbedder
    {
        public List<byte> Seen { get; } = [];

        public int Dimension => 2;

        public ValueTask<IEmbedder> CreateAsync(EmbedderOptions options, ImageShape shape, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IEmbedder>(this);

        public ValueTask EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken)
        {
            for (var i = 0; i < images.Count; i++)
            {
                var brightness = images[i][0];
                Seen.Add(brightness);
                destination.Span[i * 2] = brightness;
                destination.Span[(i * 2) + 1] = brightness * brightness;
            }

            return ValueTask.CompletedTask;
        }
    }
}
