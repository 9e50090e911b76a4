using DpSynth.Imaging;

namespace DpSynth.Models.Embedding;

/// <summary>
/// Resizes 8-bit images as Pillow does, bit by bit: along the rows first, rounded to 8 bits, then along the columns. Models are trained behind that
/// resizing and see others as a change of the image.
/// </summary>
public sealed class ImageResizer
{
    private readonly ImageShape _source;
    private readonly ImageShape _target;
    private readonly ResamplingWeights[]? _across;
    private readonly ResamplingWeights[]? _down;

    /// <summary>Prepares for images of one shape.</summary>
    public ImageResizer(ImageShape source, int width, int height, ResamplingFilter filter)
    {
        _source = source;
        _target = source with { Width = width, Height = height };
        _across = width == source.Width ? null : ResamplingWeights.Along(source.Width, width, filter);
        _down = height == source.Height ? null : ResamplingWeights.Along(source.Height, height, filter);
        ScratchLength = _across is null || _down is null ? 0 : source.Height * width * source.Channels;
    }

    /// <summary>The shape of what comes out.</summary>
    public ImageShape Target => _target;

    /// <summary>Bytes of scratch memory that <see cref="Resize"/> needs.</summary>
    public int ScratchLength { get; }

    /// <summary>Resizes one image.</summary>
    public void Resize(ReadOnlySpan<byte> image, Span<byte> result, Span<byte> scratch)
    {
        if (_across is null && _down is null)
        {
            image.CopyTo(result);
            return;
        }

        var widened = image;
        if (_across is not null)
        {
            var target = _down is null ? result : scratch;
            Across(image, target);
            widened = target;
        }

        if (_down is not null)
        {
            Down(widened, result);
        }
    }

    private void Across(ReadOnlySpan<byte> image, Span<byte> result)
    {
        var channels = _source.Channels;
        for (var y = 0; y < _source.Height; y++)
        {
            var row = image.Slice(y * _source.Width * channels, _source.Width * channels);
            var target = result.Slice(y * _target.Width * channels, _target.Width * channels);
            for (var x = 0; x < _across!.Length; x++)
            {
                var (start, weights) = _across[x];
                for (var channel = 0; channel < channels; channel++)
                {
                    var sum = 0;
                    for (var i = 0; i < weights.Length; i++)
                    {
                        sum += weights[i] * row[((start + i) * channels) + channel];
                    }

                    target[(x * channels) + channel] = Sample(sum);
                }
            }
        }
    }

    private void Down(ReadOnlySpan<byte> image, Span<byte> result)
    {
        var length = _target.Width * _target.Channels;
        var sums = length <= 4096 ? stackalloc int[length] : new int[length];
        for (var y = 0; y < _down!.Length; y++)
        {
            var (start, weights) = _down[y];
            sums.Clear();
            for (var i = 0; i < weights.Length; i++)
            {
                var weight = weights[i];
                var row = image.Slice((start + i) * length, length);
                for (var x = 0; x < row.Length; x++)
                {
                    sums[x] += weight * row[x];
                }
            }

            var target = result.Slice(y * length, length);
            for (var x = 0; x < target.Length; x++)
            {
                target[x] = Sample(sums[x]);
            }
        }
    }

    private static byte Sample(int sum) =>
        (byte)Math.Clamp((sum + (1 << (ResamplingWeights.FractionBits - 1))) >> ResamplingWeights.FractionBits, 0, 255);
}
