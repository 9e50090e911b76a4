using DpSynth.Generators.StableDiffusion;
using DpSynth.Synthesis.Generation;
using DpSynth.Worker.Health;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Worker;

/// <summary>
/// Loads the model that a worker is to keep warm before its first job: while gigabytes are on their way, jobs stay visible to other workers.
/// </summary>
internal sealed class WarmUp(ModelLibrary models, IOptions<GenerationWorkerOptions> options, WorkerHealth health, ILogger<WarmUp> logger)
{
    /// <summary>Loads the model, if one is named. Where it cannot be loaded the worker goes on without; it says so, and that it is not ready.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Value.WarmModel is not { Length: > 0 } model)
        {
            health.IsWarm = true;
            return;
        }

        try
        {
            await models.LoadAsync(model, hash: null, cancellationToken);
            health.IsWarm = true;
            logger.Warmed(model);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.NotWarmed(fault, model, fault is GenerationException ? fault.Message : fault.GetType().Name);
        }
    }
}
