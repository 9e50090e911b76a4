using DpSynth.Synthesis.Embedding;

namespace DpSynth.Synthesis.Generation;

/// <summary>What a worker keeps ready for a run it works on.</summary>
/// <param name="Recipe">The run's recipe.</param>
/// <param name="Generator">Its generator.</param>
/// <param name="Embedder">Its embedder.</param>
public sealed record RunTools(GenerationRecipe Recipe, IGenerator Generator, IEmbedder Embedder);
