using DpSynth.Synthesis.Caching;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Models;

namespace DpSynth.Synthesis.Generation;

/// <summary>Keeps the tools of the runs a worker has lately worked on: generators are dear to make (fonts, models). Thread-safe.</summary>
public sealed class GeneratorCache(ICandidateStore candidates, IGeneratorFactory generators, IEmbedderFactory embedders)
{
    private readonly RecentTasks<string, RunTools> _recent = new(capacity: 4);

    /// <summary>The tools of a run; made at the first call.</summary>
    /// <exception cref="GenerationException">The run has no recipe, or a model is not the one it pinned.</exception>
    public Task<RunTools> GetAsync(string runId, CancellationToken cancellationToken) =>
        _recent.GetAsync(runId, () => MakeAsync(runId), cancellationToken);

    private async Task<RunTools> MakeAsync(string runId)
    {
        var recipe = await candidates.ReadRecipeAsync(runId, CancellationToken.None)
            ?? throw new GenerationException($"Run '{runId}' has no recipe in the container 'candidates'.");
        var generator = await generators.CreateAsync(recipe.Generator, recipe.Shape, CancellationToken.None);
        try
        {
            return new RunTools(recipe, generator, await embedders.CreateAsync(recipe.Embedder, recipe.Shape, CancellationToken.None));
        }
        catch (ModelUnavailableException fault)
        {
            throw new GenerationException($"The embedder cannot be made: {fault.Message}", fault);
        }
    }
}
