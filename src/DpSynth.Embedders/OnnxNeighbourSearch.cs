using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Embedders;

/// <summary>The search on a GPU: <see cref="OnnxNearestNeighbours"/>, one search at a time, for each takes the device's memory.</summary>
/// <param name="options">What executes it.</param>
public sealed class OnnxNeighbourSearch(InferenceOptions options) : INeighbourSearch
{
    /// <summary>The setting that names what votes are searched with.</summary>
    public const string ProviderSetting = "Voting:Provider";

    private readonly Lock _oneAtATime = new();

    /// <summary>
    /// The search that is configured: by <see cref="ProviderSetting"/>, else by <c>Models:Provider</c>. On a processor it is
    /// <see cref="ProcessorSearch"/>, which was measured to be the faster one there.
    /// </summary>
    public static INeighbourSearch FromConfiguration(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var models = configuration.GetSection(ModelOptions.SectionName).Get<ModelOptions>() ?? new ModelOptions();
        var options = models.ToInferenceOptions() with { Provider = configuration.GetValue(ProviderSetting, models.Provider) };
        return options.Provider == ExecutionProvider.Cpu ? new ProcessorSearch() : new OnnxNeighbourSearch(options);
    }

    /// <inheritdoc/>
    /// <exception cref="InferenceException">The provider is not available, or lacks memory.</exception>
    public NeighbourTable Find(EmbeddingMatrix queries, EmbeddingMatrix candidates, Metric metric, int neighbours, CancellationToken cancellationToken)
    {
        lock (_oneAtATime)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return OnnxNearestNeighbours.Find(queries, candidates, metric, neighbours, options);
        }
    }
}
