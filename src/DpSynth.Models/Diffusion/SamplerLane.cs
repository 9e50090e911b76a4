namespace DpSynth.Models.Diffusion;

/// <summary>Serves one call after the other; keeps its memory while calls are alike. One caller at a time.</summary>
internal sealed class SamplerLane(UNet unet, LatentCodec codec) : IDisposable
{
    private LatentSampler? _sampler;
    private (SamplerShape Shape, bool Alone) _kept;

    /// <summary>Makes the images of a range of a request.</summary>
    public void Run(SamplerWork work, Range call, bool alone, CancellationToken cancellationToken)
    {
        var start = call.Start.Value;
        var count = call.End.Value - start;
        var sampler = SamplerFor(work.One with { Images = count }, alone);
        var conditionings = new Conditioning[count];
        var noise = new ILatentNoise[count];
        for (var i = 0; i < count; i++)
        {
            conditionings[i] = work.Request.ConditioningAt(start + i);
            noise[i] = new SeededNoise(work.Request.Seeds.Span[start + i]);
            if (work.Request.Start is { } initial)
            {
                work.InitialLatents.Span
                    .Slice(initial.ImageOf.Span[start + i] * sampler.LatentLength, sampler.LatentLength)
                    .CopyTo(sampler.Latents[(i * sampler.LatentLength)..]);
            }
        }

        sampler.Run(
            work.Plan, conditionings, work.Request.Settings.GuidanceScale, noise, work.Request.Start is not null, () => work.Report(count), cancellationToken);
        var pixels = codec.Decode(sampler.Latents, count, work.One.Height, work.One.Width, alone);
        var length = pixels.Length / count;
        for (var i = 0; i < count; i++)
        {
            PixelValues.ToBytes(pixels.AsSpan(i * length, length), work.Images[start + i]);
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Release()
    {
        _sampler?.Dispose();
        _sampler = null;
    }

    public void Dispose() => Release();

    private LatentSampler SamplerFor(SamplerShape shape, bool alone)
    {
        if (_sampler is null || _kept != (shape, alone))
        {
            Release();
            _sampler = new LatentSampler(unet, shape, alone);
            _kept = (shape, alone);
        }

        return _sampler;
    }
}
