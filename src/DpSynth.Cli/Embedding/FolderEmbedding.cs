using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Synthesis.Embedding;

namespace DpSynth.Cli.Embedding;

/// <summary>Embeds a folder of any size: while a block of images is embedded, the next one is read and decoded; no more is in memory.</summary>
internal static class FolderEmbedding
{
    private const long BlockBytes = 64L << 20;
    private const int MaxImages = 512;

    /// <summary>Embeds all images, in their order.</summary>
    /// <param name="images">The folder.</param>
    /// <param name="embedder">What embeds them.</param>
    /// <param name="shape">The size they are brought to.</param>
    /// <param name="resize">How.</param>
    /// <param name="terminal">Where progress is shown.</param>
    /// <param name="take">Takes the embeddings of each block, <c>[images, d]</c>, one after the other.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task EmbedAsync(
        ImageFiles images,
        IEmbedder embedder,
        ImageShape shape,
        ResizeMode resize,
        Terminal terminal,
        Func<ReadOnlyMemory<float>, ValueTask> take,
        CancellationToken cancellationToken)
    {
        var total = images.Names.Count;
        using var stage = terminal.Begin("embedding", "images", total);
        var block = (int)Math.Clamp(BlockBytes / (shape.ByteCount + (sizeof(float) * (long)embedder.Dimension)), 1, MaxImages);
        var embeddings = new float[checked(Math.Min(block, total) * embedder.Dimension)];
        Task<ImageBatch> Decode(int start) => Task.Run(
            () => images.DecodeAsync(start, Math.Min(block, total - start), shape, resize, cancellationToken), cancellationToken);

        var next = Decode(0);
        for (var start = 0; start < total; start += block)
        {
            var batch = await next;
            next = start + block < total ? Decode(start + block) : next;
            var rows = embeddings.AsMemory(0, batch.Count * embedder.Dimension);
            try
            {
                await embedder.EmbedAsync(batch, rows, cancellationToken);
                await take(rows);
            }
            catch
            {
                // What is being decoded is of no use any more; its own fault, if there is one, is not the one to tell of.
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }

            stage.Report(start + batch.Count);
        }

        stage.Complete();
    }
}
