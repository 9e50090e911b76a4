using DpSynth.Imaging;
using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Diffusion;

/// <summary>One request while it is worked on; its lanes share it.</summary>
/// <param name="Request">The request.</param>
/// <param name="Plan">The steps.</param>
/// <param name="InitialLatents">Latents of the distinct images to start from; empty for text to image.</param>
/// <param name="Images">Where results go.</param>
/// <param name="One">The shape of one image's sampling.</param>
/// <param name="Progress">Told after every step; may be null.</param>
internal sealed record SamplerWork(
    DiffusionRequest Request,
    SamplingPlan Plan,
    ReadOnlyMemory<float> InitialLatents,
    ImageBatch Images,
    SamplerShape One,
    IProgress<DiffusionProgress>? Progress)
{
    private long _done;

    public void Report(int steps)
    {
        var done = Interlocked.Add(ref _done, steps);
        Progress?.Report(new DiffusionProgress(done, (long)Images.Count * Plan.Steps.Count));
    }
}
