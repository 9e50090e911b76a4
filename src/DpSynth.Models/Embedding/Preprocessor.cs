using DpSynth.Imaging;

namespace DpSynth.Models.Embedding;

/// <summary>Makes a model's input values of images of one shape. Thread-safe.</summary>
internal sealed class Preprocessor
{
    private const int Levels = 256;

    private readonly ImageResizer _resizer;
    private readonly int _channels;
    private readonly bool _channelsLast;
    private readonly float[] _values;

    /// <summary>Prepares for images of one shape.</summary>
    /// <param name="configuration">What is to be done.</param>
    /// <param name="image">The images' shape.</param>
    /// <param name="channels">The model's channels; grey images are repeated.</param>
    /// <param name="channelsLast">Whether the model takes <c>[height, width, channels]</c> rather than <c>[channels, height, width]</c>.</param>
    public Preprocessor(PreprocessorConfiguration configuration, ImageShape image, int channels, bool channelsLast)
    {
        var (height, width) = configuration.Resized(image);
        _resizer = new ImageResizer(image, width, height, configuration.Filter);
        (_channels, _channelsLast) = (channels, channelsLast);
        (Height, Width) = configuration.Crop ?? (height, width);

        // Samples have 256 levels: what becomes of each is worked out once.
        _values = new float[channels * Levels];
        for (var i = 0; i < _values.Length; i++)
        {
            var (channel, level) = (i / Levels, i % Levels);
            var mean = configuration.Mean[Math.Min(channel, configuration.Mean.Count - 1)];
            var deviation = configuration.StandardDeviation[Math.Min(channel, configuration.StandardDeviation.Count - 1)];
            _values[i] = (float)(((level * configuration.RescaleFactor) - mean) / deviation);
        }
    }

    /// <summary>Height of the result.</summary>
    public int Height { get; }

    /// <summary>Width of the result.</summary>
    public int Width { get; }

    /// <summary>Values of one result.</summary>
    public int Length => _channels * Height * Width;

    /// <summary>Bytes of scratch memory that <see cref="Apply"/> needs.</summary>
    public int ScratchLength => _resizer.Target.ByteCount + _resizer.ScratchLength;

    /// <summary>Prepares one image.</summary>
    public void Apply(ReadOnlySpan<byte> image, Span<float> result, Span<byte> scratch)
    {
        var resized = scratch[.._resizer.Target.ByteCount];
        _resizer.Resize(image, resized, scratch[resized.Length..]);
        var from = _resizer.Target;
        var (top, left) = (Middle(from.Height, Height), Middle(from.Width, Width));
        for (var channel = 0; channel < _channels; channel++)
        {
            var values = _values.AsSpan(channel * Levels, Levels);
            var source = Math.Min(channel, from.Channels - 1);
            var (position, step) = _channelsLast ? (channel, _channels) : (channel * Height * Width, 1);
            for (var y = 0; y < Height; y++)
            {
                for (var x = 0; x < Width; x++, position += step)
                {
                    var (row, column) = (y + top, x + left);
                    var inside = (uint)row < (uint)from.Height && (uint)column < (uint)from.Width;
                    result[position] = values[inside ? resized[(((row * from.Width) + column) * from.Channels) + source] : 0];
                }
            }
        }
    }

    // Where an image is smaller than what is cut out of it, it lies in the middle, the odd pixel before it.
    private static int Middle(int length, int wanted) => length >= wanted ? (length - wanted) / 2 : -((wanted - length + 1) / 2);
}
