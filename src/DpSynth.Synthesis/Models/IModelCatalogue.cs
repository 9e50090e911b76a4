namespace DpSynth.Synthesis.Models;

/// <summary>Says which models there are, for a run to pin them.</summary>
public interface IModelCatalogue
{
    /// <summary>The index of a model by its name (<see cref="Requests.ModelName"/>); null if none of that name is known.</summary>
    Task<ModelIndex?> FindAsync(string name, CancellationToken cancellationToken);
}
