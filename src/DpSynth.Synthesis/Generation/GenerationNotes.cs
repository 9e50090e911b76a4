using System.Text.Json.Serialization;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// What a generator, and the embedder beside it, have to say of candidates they made, for the run's manifest. Holds nothing private: generators see
/// nothing private.
/// </summary>
public sealed record GenerationNotes
{
    /// <summary>The most distinct warnings that are kept.</summary>
    public const int MaxWarnings = 20;

    /// <summary>Nothing to say.</summary>
    public static GenerationNotes None { get; } = new();

    /// <summary>
    /// What really executed the generator's model: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>. Several where workers differ; none for generators
    /// without a model.
    /// </summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>What really executed the embedder's model on candidates; none for embedders without a model.</summary>
    public IReadOnlyList<string> EmbedderProviders { get; init; } = [];

    /// <summary>Drawings that the model's safety checker flagged, made anew; none of them is among the candidates, nor voted on.</summary>
    public long FlaggedDrawings { get; init; }

    /// <summary>What the run's owner should know, one sentence each: a prompt that was cut, a GPU that was not there.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether there is nothing to say.</summary>
    [JsonIgnore]
    public bool IsEmpty => Providers.Count == 0 && EmbedderProviders.Count == 0 && FlaggedDrawings == 0 && Warnings.Count == 0;

    /// <summary>Both together, each sentence once.</summary>
    public GenerationNotes And(GenerationNotes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.IsEmpty
            ? this
            : new GenerationNotes
            {
                Providers = [.. Providers.Union(other.Providers, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                EmbedderProviders = [.. EmbedderProviders.Union(other.EmbedderProviders, StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                FlaggedDrawings = FlaggedDrawings + other.FlaggedDrawings,
                Warnings = [.. Warnings.Union(other.Warnings, StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(MaxWarnings)],
            };
    }
}
