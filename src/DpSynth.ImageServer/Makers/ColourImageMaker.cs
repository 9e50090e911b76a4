using System.Security.Cryptography;
using System.Text;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;

namespace DpSynth.ImageServer.Makers;

/// <summary>
/// Makes squares of four colours that follow from the prompt and the request's number; an edit moves the colours of the image sent a little. It takes
/// microseconds.
/// </summary>
public sealed class ColourImageMaker : IImageMaker
{
    private const int LargestMove = 24;

    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    /// <inheritdoc/>
    public Task<byte[]> MakeAsync(ImageOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var shape = new ImageShape(order.Width, order.Height, 3);
        var pixels = new byte[shape.ByteCount];
        var draw = SHA256.HashData(Encoding.UTF8.GetBytes($"{order.Number}\n{order.Prompt}"));
        if (order.Image is { } sent)
        {
            _decoder.Decode(sent.Span, shape, ResizeMode.Stretch, pixels);
        }

        for (var y = 0; y < order.Height; y++)
        {
            for (var x = 0; x < order.Width; x++)
            {
                var quarter = (2 * y / order.Height * 2) + (2 * x / order.Width);
                for (var channel = 0; channel < 3; channel++)
                {
                    var value = draw[(3 * quarter) + channel];
                    ref var pixel = ref pixels[(((y * order.Width) + x) * 3) + channel];
                    pixel = order.Image is null ? value : (byte)Math.Clamp(pixel + (value % ((2 * LargestMove) + 1)) - LargestMove, 0, 255);
                }
            }
        }

        return Task.FromResult(PngEncoder.Encode(pixels, shape));
    }
}
