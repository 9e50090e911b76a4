using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Storage.Formats;

namespace DpSynth.Storage.Candidates;

/// <summary>Decodes images of the public side, all cores at once. One that does not decode is an error, never skipped.</summary>
internal static class PublicImages
{
    /// <summary>Decodes images into one batch of the shape.</summary>
    /// <exception cref="InvalidDataException">An image does not decode; the message names it.</exception>
    public static ImageBatch Decode(
        ImageDecoder decoder, IReadOnlyList<TarFileEntry> encoded, ImageShape shape, ResizeMode resize, CancellationToken cancellationToken)
    {
        var images = new ImageBatch(shape, encoded.Count);
        var faults = new string?[encoded.Count];
        Parallel.For(0, encoded.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                decoder.Decode(encoded[i].Content.Span, shape, resize, images[i]);
            }
            catch (ImageRejectedException rejected)
            {
                faults[i] = rejected.Message;
            }
        });

        var broken = Array.FindIndex(faults, fault => fault is not null);
        return broken < 0 ? images : throw new InvalidDataException($"The public image '{encoded[broken].Name}' cannot be used: {faults[broken]}");
    }
}
