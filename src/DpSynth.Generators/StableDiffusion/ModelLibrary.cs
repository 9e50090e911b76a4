using System.Collections.Concurrent;
using System.Diagnostics;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Telemetry;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>A worker's models: each is loaded once and kept. Thread-safe.</summary>
/// <param name="options">What executes them, and where they lie if <paramref name="source"/> is null.</param>
/// <param name="source">Brings models to this machine; null for those of the options' directory alone.</param>
/// <param name="instruments">Measures how long a model takes to load.</param>
public sealed class ModelLibrary(ModelLibraryOptions options, IModelSource? source = null, ModelInstruments? instruments = null) : IDisposable
{
    private readonly IModelSource _source = source ?? new LocalModels(options.OpenDirectory().Path);
    private readonly ConcurrentDictionary<string, Lazy<Task<StableDiffusionPipeline>>> _loaded = new(StringComparer.Ordinal);

    /// <summary>Loads a model, or gives the one loaded before.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="hash">The fingerprint that the run pinned; null to take the model as it is.</param>
    /// <param name="cancellationToken">Stops waiting; the model is loaded nevertheless.</param>
    /// <exception cref="GenerationException">There is no such model, it is not the one pinned, or it cannot be loaded.</exception>
    public async Task<StableDiffusionPipeline> LoadAsync(string name, string? hash, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        LocalModel model;
        try
        {
            model = await _source.OpenAsync(name, hash, cancellationToken);
        }
        catch (ModelUnavailableException fault)
        {
            throw new GenerationException(fault.Message, fault);
        }

        var loading = _loaded.GetOrAdd(model.Fingerprint, _ => new(() => Task.Run(() => Load(name, model.Folder, began), CancellationToken.None)));
        try
        {
            return await loading.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (loading.Value.IsFaulted)
        {
            // Whoever asks next tries again: the folder may have been mended.
            _loaded.TryRemove(new(model.Fingerprint, loading));
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var model in _loaded.Values)
        {
            if (model.IsValueCreated && model.Value.IsCompletedSuccessfully)
            {
                model.Value.Result.Dispose();
            }
        }
    }

    private StableDiffusionPipeline Load(string name, string folder, long began)
    {
        using var activity = TelemetrySource.Activities.StartActivity("model load");
        activity?.SetTag("model", name);
        try
        {
            var pipeline = StableDiffusionPipeline.Load(folder, options.ToInferenceOptions());
            instruments?.Loaded(Stopwatch.GetElapsedTime(began), pipeline.Provider.ToString().ToLowerInvariant());
            return pipeline;
        }
        catch (Exception fault) when (fault is ModelFolderException or InferenceException)
        {
            throw new GenerationException($"The model '{name}' cannot be used: {fault.Message}", fault);
        }
    }
}
