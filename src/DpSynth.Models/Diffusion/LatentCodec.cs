using System.Numerics.Tensors;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>
/// The VAE: latents to images and back (Rombach et al., arXiv 2112.10752). An encoder that gives mean and log-variance is read at its
/// mean, so that the same image always has the same latents. Thread-safe.
/// </summary>
public sealed class LatentCodec : IDisposable
{
    private const int Colours = 3;

    // Bytes of pixels decoded in one call; decoders need some hundred times that while they work.
    private const int PixelBytesPerCall = 1 << 20;

    private readonly OnnxModel _decoder;
    private readonly OnnxModel? _encoder;
    private readonly TensorSignature _latentInput;
    private readonly TensorSignature _imageOutput;
    private readonly TensorSignature? _imageInput;
    private readonly TensorSignature? _latentOutput;

    private LatentCodec(OnnxModel decoder, OnnxModel? encoder, LatentFormat format)
    {
        (_decoder, _encoder, Format) = (decoder, encoder, format);
        _latentInput = Only(decoder, decoder.Inputs, "input");
        _imageOutput = Only(decoder, decoder.Outputs, "output");
        if (encoder is not null)
        {
            _imageInput = Only(encoder, encoder.Inputs, "input");
            _latentOutput = Only(encoder, encoder.Outputs, "output");
        }
    }

    /// <summary>The latents.</summary>
    public LatentFormat Format { get; }

    /// <summary>Whether images can be encoded, so that image to image works.</summary>
    public bool CanEncode => _encoder is not null;

    /// <summary>Opens a folder's VAE.</summary>
    /// <exception cref="ModelFolderException">A file is missing, or a model is not one that is understood.</exception>
    public static LatentCodec Open(ModelFolder folder, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var format = LatentFormat.Read(folder.Configuration("vae_decoder"));
        var decoder = OnnxModel.Open(folder.OnnxFile("vae_decoder"), options);
        OnnxModel? encoder = null;
        try
        {
            encoder = folder.Has("vae_encoder") ? OnnxModel.Open(folder.OnnxFile("vae_encoder"), options) : null;
            return new LatentCodec(decoder, encoder, format);
        }
        catch
        {
            decoder.Dispose();
            encoder?.Dispose();
            throw;
        }
    }

    /// <summary>Decodes scaled latents into pixel values, about −1 to 1, not clamped.</summary>
    /// <param name="latents"><c>[images, channels, height, width]</c>.</param>
    /// <param name="images">Number of images.</param>
    /// <param name="height">Height of latents.</param>
    /// <param name="width">Width of latents.</param>
    /// <param name="alone">Whether no other call runs at the same time.</param>
    /// <returns><c>[images, 3, height, width]</c> in pixels.</returns>
    public float[] Decode(ReadOnlySpan<float> latents, int images, int height, int width, bool alone)
    {
        var latentLength = Format.Channels * height * width;
        var imageLength = Colours * height * width * Format.Downscale * Format.Downscale;
        var pixels = new float[images * imageLength];
        var scaled = new float[latents.Length];
        TensorPrimitives.Multiply(latents, 1 / Format.ScalingFactor, scaled);
        var group = Math.Clamp(PixelBytesPerCall / imageLength, 1, images);
        for (var start = 0; start < images; start += group)
        {
            var count = Math.Min(group, images - start);
            using var input = new TensorBuffer(_latentInput, count, Format.Channels, height, width);
            using var output = new TensorBuffer(_imageOutput, count, Colours, height * Format.Downscale, width * Format.Downscale);
            using var bound = _decoder.Bind(alone, [input], [output]);
            input.Write(0, scaled.AsSpan(start * latentLength, count * latentLength));
            bound.Run(input);
            output.Read(0, pixels.AsSpan(start * imageLength, count * imageLength));
        }

        return pixels;
    }

    /// <summary>Encodes images into scaled latents.</summary>
    /// <returns><c>[images, channels, height, width]</c>.</returns>
    /// <exception cref="ModelFolderException">The folder has no encoder.</exception>
    public float[] Encode(ImageBatch images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (_encoder is null)
        {
            throw new ModelFolderException("The model folder has no 'vae_encoder', which image to image needs.");
        }

        var (height, width) = (images.Shape.Height / Format.Downscale, images.Shape.Width / Format.Downscale);
        var length = Format.Channels * height * width;
        var latents = new float[images.Count * length];
        var outputChannels = _latentOutput!.Dimensions[1] > 0 ? _latentOutput.Dimensions[1] : 2 * Format.Channels;
        if (outputChannels != Format.Channels && outputChannels != 2 * Format.Channels)
        {
            throw new ModelFolderException(
                $"{_encoder.File} gives {outputChannels} channels, neither the {Format.Channels} of latents nor mean and log-variance.");
        }

        var group = Math.Clamp(PixelBytesPerCall / images.Shape.ByteCount, 1, Math.Max(1, images.Count));
        for (var start = 0; start < images.Count; start += group)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(group, images.Count - start);
            using var input = new TensorBuffer(_imageInput!, count, Colours, images.Shape.Height, images.Shape.Width);
            using var output = new TensorBuffer(_latentOutput, count, outputChannels, height, width);
            using var bound = _encoder.Bind(alone: true, [input], [output]);
            for (var i = 0; i < count; i++)
            {
                input.Write(i * images.Shape.ByteCount, PixelValues.FromBytes(images[start + i]));
            }

            bound.Run(input);
            for (var i = 0; i < count; i++)
            {
                output.Read(i * outputChannels * height * width, latents.AsSpan((start + i) * length, length));
            }
        }

        TensorPrimitives.Multiply(latents, Format.ScalingFactor, latents);
        return latents;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _encoder?.Dispose();
    }

    private static TensorSignature Only(OnnxModel model, IReadOnlyList<TensorSignature> declared, string what) => declared is [{ Rank: 4 } only]
        ? only
        : throw new ModelFolderException($"{model.File} must have one {what} of 4 dimensions; it has {string.Join(", ", declared)}.");
}
