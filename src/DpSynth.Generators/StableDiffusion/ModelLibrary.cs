using System.Collections.Concurrent;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>A worker's models: each is loaded once and kept. Thread-safe.</summary>
/// <param name="options">Where they lie and what executes them.</param>
public sealed class ModelLibrary(ModelLibraryOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<StableDiffusionPipeline>>> _loaded = new(StringComparer.Ordinal);

    /// <summary>Loads a model, or gives the one loaded before.</summary>
    /// <exception cref="GenerationException">There is no such model, or it cannot be loaded.</exception>
    public async Task<StableDiffusionPipeline> LoadAsync(string name, CancellationToken cancellationToken)
    {
        if (!Identifier.IsValid(name))
            throw new GenerationException($"A model's name must be {Identifier.Rule}.");

        var loading = _loaded.GetOrAdd(name, key => new(() => Task.Run(() => Load(key), CancellationToken.None)));
        try
        {
            return await loading.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (loading.Value.IsFaulted)
        {
            // Whoever asks next tries again: the folder may have been mended.
            _loaded.TryRemove(new(name, loading));
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _loaded.Values)
        {
            if (model.IsValueCreated && model.Value.IsCompletedSuccessfully)
                model.Value.Result.Dispose();
        }
    }

    private StableDiffusionPipeline Load(string name)
    {
        var models = options.Directory is { Length: > 0 } path ? new ModelDirectory(path) : ModelDirectory.Nearest();
        try
        {
            return StableDiffusionPipeline.Load(models.Find(name), options.ToInferenceOptions());
        }
        catch (Exception fault) when (fault is ModelFolderException or InferenceException)
        {
            throw new GenerationException($"The model '{name}' cannot be used: {fault.Message}", fault);
        }
    }
}
