using DpSynth.Models.Folders;

namespace DpSynth.Models.Diffusion;

/// <summary>What <c>vae_decoder/config.json</c> (or the encoder's) says of latents.</summary>
/// <param name="Channels">Channels of latents.</param>
/// <param name="ScalingFactor">Latents are the VAE's times this.</param>
/// <param name="Downscale">Pixels a latent position stands for, in each direction.</param>
public sealed record LatentFormat(int Channels, float ScalingFactor, int Downscale)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ModelFolderException">A field is missing or not supported.</exception>
    public static LatentFormat Read(JsonConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        foreach (var option in (ReadOnlySpan<string>)["shift_factor", "latents_mean", "latents_std"])
        {
            if (configuration.Has(option))
            {
                throw configuration.Fault(option, "is given, which is not supported: latents must only be scaled");
            }
        }

        // AutoencoderKL's own defaults, where a field is left out.
        var blocks = configuration.Has("block_out_channels") ? configuration.Numbers("block_out_channels").Length : 1;
        var scaling = configuration.Number("scaling_factor", 0.18215);
        if (scaling <= 0)
        {
            throw configuration.Fault("scaling_factor", "must be above zero");
        }

        if (blocks is < 1 or > 8)
        {
            throw configuration.Fault("block_out_channels", "must have 1 to 8 entries");
        }

        return new LatentFormat(configuration.Integer("latent_channels", 4), (float)scaling, 1 << (blocks - 1));
    }
}
