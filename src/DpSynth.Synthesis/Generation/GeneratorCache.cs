using DpSynth.Imaging;
using DpSynth.Synthesis.Caching;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>Keeps the tools of the runs a worker has lately worked on: generators are dear to make (fonts, models). Thread-safe.</summary>
public sealed class GeneratorCache(ICandidateStore candidates, IGeneratorFactory generators, IEmbedderFactory embedders)
{
    private readonly RecentTasks<string, RunTools> _recent = new(capacity: 4);

    /// <summary>The tools of a run; made at the first call.</summary>
    /// <exception cref="GenerationException">The run has no recipe, or a model is not the one it pinned.</exception>
    public Task<RunTools> GetAsync(string runId, CancellationToken cancellationToken) =>
        _recent.GetAsync(runId, () => MakeAsync(runId), cancellationToken);

    /// <summary>Makes such tools and keeps nothing of them but the models, which others keep.</summary>
    /// <exception cref="GenerationException">They cannot be made here.</exception>
    /// <exception cref="NotSupportedException">This worker has no such generator.</exception>
    public async Task TryMakeAsync(CheckedTools tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        await MakeAsync(tools.Generator, tools.Embedder, tools.Shape);
    }

    private async Task<RunTools> MakeAsync(string runId)
    {
        var recipe = await candidates.ReadRecipeAsync(runId, CancellationToken.None)
            ?? throw new GenerationException($"Run '{runId}' has no recipe.");
        var (generator, embedder) = await MakeAsync(recipe.Generator, recipe.Embedder, recipe.Shape);
        return new RunTools(recipe, generator, embedder);
    }

    private async Task<(IGenerator Generator, IEmbedder Embedder)> MakeAsync(GeneratorOptions options, EmbedderOptions embedder, ImageShape shape)
    {
        var generator = await generators.CreateAsync(options, shape, CancellationToken.None);
        try
        {
            return (generator, await embedders.CreateAsync(embedder, shape, CancellationToken.None));
        }
        catch (ModelUnavailableException fault)
        {
            throw new GenerationException($"The embedder cannot be made: {fault.Message}", fault);
        }
    }
}
