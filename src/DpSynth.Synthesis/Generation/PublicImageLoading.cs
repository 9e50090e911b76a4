using DpSynth.Imaging;

namespace DpSynth.Synthesis.Generation;

/// <summary>Holds a public image set in memory as a whole.</summary>
public static class PublicImageLoading
{
    /// <summary>Loads the set as one batch; see <see cref="IPublicImageSource.ReadAsync"/>.</summary>
    /// <exception cref="InvalidOperationException">There is no such set, or it is empty; the text says what to do.</exception>
    public static async ValueTask<ImageBatch> LoadAsync(this IPublicImageSource source, string name, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var blocks = new List<ImageBatch>();
        await foreach (var block in source.ReadAsync(name, shape, cancellationToken))
        {
            blocks.Add(block);
        }

        if (blocks is [var single])
        {
            return single;
        }

        var all = new ImageBatch(shape, blocks.Sum(block => block.Count));
        var start = 0;
        foreach (var block in blocks)
        {
            block.Pixels.CopyTo(all.Slice(start, block.Count).Pixels);
            start += block.Count;
        }

        return all;
    }
}
