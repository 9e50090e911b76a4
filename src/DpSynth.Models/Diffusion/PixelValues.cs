namespace DpSynth.Models.Diffusion;

/// <summary>Between bytes in <c>[height, width, 3]</c> and numbers of −1 to 1 in <c>[3, height, width]</c>.</summary>
internal static class PixelValues
{
    private const int Colours = 3;

    public static float[] FromBytes(ReadOnlySpan<byte> bytes)
    {
        var values = new float[bytes.Length];
        var area = bytes.Length / Colours;
        for (var i = 0; i < area; i++)
        {
            for (var colour = 0; colour < Colours; colour++)
            {
                values[(colour * area) + i] = (bytes[(i * Colours) + colour] / 127.5f) - 1;
            }
        }

        return values;
    }

    /// <summary>Clamps and rounds.</summary>
    /// <exception cref="GeneratedImageException">A value is not finite, or every byte is 0.</exception>
    public static void ToBytes(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var area = bytes.Length / Colours;
        for (var colour = 0; colour < Colours; colour++)
        {
            for (var i = 0; i < area; i++)
            {
                var value = values[(colour * area) + i];
                if (!float.IsFinite(value))
                {
                    throw new GeneratedImageException(
                        "The model made an image with values that are not finite; in float16 that often means an overflow in the VAE.");
                }

                bytes[(i * Colours) + colour] = (byte)MathF.Round(Math.Clamp((value + 1) * 0.5f, 0, 1) * 255);
            }
        }

        if (!bytes.ContainsAnyExcept((byte)0))
        {
            throw new GeneratedImageException("The model made an image of nothing but black.");
        }
    }
}
