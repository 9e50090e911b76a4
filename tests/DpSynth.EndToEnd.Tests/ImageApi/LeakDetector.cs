using System.Numerics.Tensors;
using System.Security.Cryptography;
using DpSynth.ImageServer;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Embedding;

namespace DpSynth.EndToEnd.Tests.ImageApi;

/// <summary>Looks for private images in recorded requests: their files, their pixels, and anything that merely looks like one of them.</summary>
internal sealed class LeakDetector
{
    /// <summary>Cosine of mean-free pixels from which two images count as alike.</summary>
    private const float AlikeCosine = 0.9f;

    /// <summary>Bits of 64 in which perceptual hashes of images that look alike may differ.</summary>
    private const int AlikeBits = 6;

    private const int HashSide = 8;

    private readonly ImageShape _shape;
    private readonly List<(byte[] File, byte[] Pixels, float[] Embedding, ulong Hash)> _private = [];
    private readonly HashSet<string> _exact = [];
    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    public LeakDetector(ImageShape shape, IEnumerable<byte[]> privateFiles)
    {
        _shape = shape;
        foreach (var file in privateFiles)
        {
            var pixels = Decode(file);
            _private.Add((file, pixels, Embed(pixels), PerceptualHash(pixels)));
            _exact.Add(Convert.ToHexString(SHA256.HashData(pixels)));
        }
    }

    /// <summary>What a request gives away, one word a way; empty if nothing.</summary>
    public IReadOnlyList<string> Find(RecordedRequest request)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var body = request.Body.Span;
        foreach (var (file, pixels, _, _) in _private)
        {
            if (body.IndexOf(file) >= 0 || body.IndexOf(System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(file))) >= 0)
            {
                found.Add("file");
            }

            if (body.IndexOf(pixels) >= 0)
            {
                found.Add("pixels");
            }
        }

        if (request.Image is { } image)
        {
            var pixels = Decode(image.ToArray());
            if (_exact.Contains(Convert.ToHexString(SHA256.HashData(pixels))))
            {
                found.Add("decoded");
            }

            var (embedding, hash) = (Embed(pixels), PerceptualHash(pixels));
            if (_private.Any(known => TensorPrimitives.Dot(known.Embedding, embedding) >= AlikeCosine))
            {
                found.Add("embedding");
            }

            if (_private.Any(known => System.Numerics.BitOperations.PopCount(known.Hash ^ hash) <= AlikeBits))
            {
                found.Add("look");
            }
        }

        return [.. found];
    }

    private byte[] Decode(byte[] file)
    {
        var pixels = new byte[_shape.ByteCount];
        _decoder.Decode(file, _shape, ResizeMode.Stretch, pixels);
        return pixels;
    }

    /// <summary>Mean-free pixels of length 1.</summary>
    private static float[] Embed(byte[] pixels)
    {
        var mean = pixels.Average(static value => (double)value);
        var centred = Array.ConvertAll(pixels, value => (float)(value - mean));
        var length = Math.Max(1e-6f, TensorPrimitives.Norm(centred));
        TensorPrimitives.Divide(centred, length, centred);
        return centred;
    }

    /// <summary>The average hash: which of 8 × 8 pixels are brighter than their mean.</summary>
    private ulong PerceptualHash(byte[] pixels)
    {
        var resizer = new ImageResizer(_shape, HashSide, HashSide, ResamplingFilter.Lanczos);
        var small = new byte[resizer.Target.ByteCount];
        resizer.Resize(pixels, small, new byte[resizer.ScratchLength]);
        var mean = small.Average(static value => (double)value);
        var hash = 0UL;
        for (var i = 0; i < HashSide * HashSide; i++)
        {
            hash |= small[i] > mean ? 1UL << i : 0;
        }

        return hash;
    }
}
