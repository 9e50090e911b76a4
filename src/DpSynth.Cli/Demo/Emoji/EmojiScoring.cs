using DpSynth.Cli.Demo.Archives;
using DpSynth.Cli.Runs;
using DpSynth.Embedders;
using DpSynth.Evaluation.Distances;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Cli.Demo.Emoji;

/// <summary>
/// Compares the first and the last population of a run with the dataset that voted. Allowed because Fluent emoji are public; against
/// private data such a score, and such a picture, would leak.
/// </summary>
internal sealed class EmojiScoring(ICandidateStore candidates, string home) : IDisposable
{
    private readonly ModelEmbedderFactory _embedders = new(new ModelDirectory(Path.Combine(home, "models")), new InferenceOptions());
    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    /// <summary>Compares class by class, in the order of the part's categories.</summary>
    public async Task<IReadOnlyList<EmojiComparison>> CompareAsync(EmojiPart part, DownloadedRelease release, CancellationToken cancellationToken)
    {
        var recipe = await candidates.ReadRecipeAsync(release.RunId, cancellationToken)
            ?? throw new InvalidOperationException($"The run '{release.RunId}' has no recipe.");
        var embedder = await _embedders.CreateAsync(recipe.Embedder, recipe.Shape, cancellationToken);
        var first = new LabelledTar(_decoder, recipe.Shape);
        await first.AddGenerationAsync(candidates, release.RunId, generation: 0, cancellationToken);
        var last = new LabelledTar(_decoder, recipe.Shape);
        await last.AddReleaseAsync(release, cancellationToken);

        var (firstImages, lastImages) = (first.Decode(cancellationToken), last.Decode(cancellationToken));
        var comparisons = new List<EmojiComparison>();
        foreach (var (source, index) in (await part.ReadAsync(home, cancellationToken)).Select((source, index) => (source, index)))
        {
            var images = new ImageBatch(recipe.Shape, source.Images.Count);
            for (var i = 0; i < images.Count; i++)
            {
                _decoder.Decode(await source.Images[i].ReadAsync(cancellationToken), recipe.Shape, ResizeMode.Fit, images[i]);
            }

            // A Fréchet distance depends on the number of images, so both populations show as many.
            var label = part.HasClasses ? IndexOf(recipe, source.Name) : 0;
            var (before, after) = (firstImages.Of(label), lastImages.Of(label));
            var count = Math.Min(before.Count, after.Count);
            var data = await FitAsync(embedder, images, cancellationToken);
            comparisons.Add(new EmojiComparison(
                new EmojiScore(
                    part.Categories[index],
                    images.Count,
                    count,
                    FrechetDistance.Between(await FitAsync(embedder, before.Slice(0, count), cancellationToken), data, cancellationToken),
                    FrechetDistance.Between(await FitAsync(embedder, after.Slice(0, count), cancellationToken), data, cancellationToken)),
                before,
                after,
                images));
        }

        return comparisons;
    }

    /// <inheritdoc/>
    public void Dispose() => _embedders.Dispose();

    private static int IndexOf(GenerationRecipe recipe, string? className)
    {
        var index = recipe.Classes.ToList().IndexOf(className);
        return index >= 0 ? index : throw new InvalidOperationException($"The run '{recipe.RunId}' has no class '{className}'.");
    }

    private static async Task<GaussianFit> FitAsync(IEmbedder embedder, ImageBatch images, CancellationToken cancellationToken)
    {
        var embeddings = new EmbeddingMatrix(images.Count, embedder.Dimension);
        await embedder.EmbedAsync(images, embeddings.Memory, cancellationToken);
        return GaussianFit.Of(embeddings, cancellationToken);
    }
}

/// <summary>How near a category's populations are to the dataset that voted.</summary>
/// <param name="Category">The category.</param>
/// <param name="PrivateImages">Images that voted.</param>
/// <param name="Images">Images compared of each population.</param>
/// <param name="FrechetBefore">Fréchet distance of the first population, by the run's embedder.</param>
/// <param name="FrechetAfter">Fréchet distance of the last population.</param>
internal sealed record EmojiScore(string Category, int PrivateImages, int Images, double FrechetBefore, double FrechetAfter);

/// <summary>A category's images, for the sheet.</summary>
/// <param name="Score">The comparison in figures.</param>
/// <param name="First">The first population.</param>
/// <param name="Last">The last population.</param>
/// <param name="Private">The dataset.</param>
internal sealed record EmojiComparison(EmojiScore Score, ImageBatch First, ImageBatch Last, ImageBatch Private);
