using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>How many images go through the UNet together.</summary>
internal static class ImagesPerCall
{
    // On the processor larger calls are no faster an image (measured), on a GPU they are up to here.
    private const int MaxOnCpu = 8;
    private const int MaxOnDevice = 64;

    // Activations alive at a time, in feature maps of the first width; and attention over all positions, eight heads, twice.
    private const long LiveMaps = 64;
    private const long AttentionMaps = 16;

    public static int Choose(UNet unet, InferenceOptions options, SamplerShape one)
    {
        if (options.ImagesPerCall is { } chosen)
        {
            return Math.Max(1, chosen);
        }

        var positions = (long)one.Height * one.Width;
        var bytes = sizeof(float) * positions * one.Rows * ((LiveMaps * unet.FirstWidth) + (AttentionMaps * positions));
        var most = unet.Model.Provider == ExecutionProvider.Cpu ? MaxOnCpu : MaxOnDevice;
        return (int)Math.Clamp(options.ActivationBytes / bytes, 1, most);
    }
}
