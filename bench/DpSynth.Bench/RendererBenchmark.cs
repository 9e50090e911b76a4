using System.Diagnostics;
using System.Globalization;
using DpSynth.Catalogue.DrawText;
using DpSynth.Generators;
using DpSynth.Generators.DrawText;
using DpSynth.Imaging;
using DpSynth.Imaging.Fonts;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Bench;

/// <summary>
/// Images a second of the generator <c>draw-text</c> at 28×28, beside libvips drawing the same fonts and characters with
/// <c>vips_text</c>, one call an image, in the same process: text only, without the warp, thickness and placement ours does too.
/// </summary>
internal static class RendererBenchmark
{
    // A batch of this size is one chunk of the generator, and is drawn on the calling thread.
    private const int OneThreadBatch = 256;
    private const int OneThreadBatches = 200;
    private const int AllCoresImages = 200_000;
    private const int PeerImages = 3_000;
    private const int Repetitions = 3;

    internal static void Run(TextWriter output)
    {
        var clock = Stopwatch.StartNew();
        var catalogue = FontCatalogue.Open();
        var factory = new GeneratorFactory([new DrawTextBackend(catalogue)]);
        var generator = factory.CreateAsync(new DrawTextOptions(), new ImageShape(28, 28, 1), default).AsTask().GetAwaiter().GetResult();
        output.WriteLine($"renderer: {catalogue.Fonts.Count} families × 10 digits ready after {clock.ElapsedMilliseconds} ms");

        var seeds = new ulong[AllCoresImages];
        for (var i = 0; i < seeds.Length; i++)
        {
            seeds[i] = SeededRandom.Derive(1, (ulong)i);
        }

        var oneThread = Best(OneThreadBatches * OneThreadBatch, () =>
        {
            for (var batch = 0; batch < OneThreadBatches; batch++)
            {
                Random(generator, seeds.AsMemory(batch * OneThreadBatch, OneThreadBatch));
            }
        });
        var allCores = Best(AllCoresImages, () => Random(generator, seeds));
        var parents = Random(generator, seeds.AsMemory(0, AllCoresImages / 8));
        var parentOf = new int[AllCoresImages];
        for (var i = 0; i < parentOf.Length; i++)
        {
            parentOf[i] = i / 8;
        }

        var lookahead = Best(AllCoresImages, () => Complete(
            generator.VaryAsync(parents, parentOf, VariationDegree.Of(0.5), null, seeds, default)));
        var peer = Best(PeerImages, () => DrawWithLibvips(catalogue));

        Row(output, "draw-text, random, 1 thread", oneThread, peer);
        Row(output, $"draw-text, random, {Environment.ProcessorCount} cores", allCores, peer);
        Row(output, $"draw-text, 8 variations a parent, {Environment.ProcessorCount} cores", lookahead, peer);
        Row(output, "libvips vips_text, one call an image, 1 thread", peer, peer);
    }

    private static CandidateBatch Random(IGenerator generator, ReadOnlyMemory<ulong> seeds) => Complete(generator.RandomAsync(null, seeds, default));

    private static CandidateBatch Complete(ValueTask<CandidateBatch> batch) => batch.AsTask().GetAwaiter().GetResult();

    private static void DrawWithLibvips(FontCatalogue catalogue)
    {
        var random = new SeededRandom(1);
        for (var i = 0; i < PeerImages; i++)
        {
            var font = catalogue.Fonts[random.NextInt(catalogue.Fonts.Count)];
            TextMask.Draw(random.NextInt(10).ToString(CultureInfo.InvariantCulture), font, random.NextInt(10, 30));
        }
    }

    /// <summary>Images a second, the best of three after a warm-up.</summary>
    private static double Best(int images, Action work)
    {
        work();
        var best = double.PositiveInfinity;
        for (var i = 0; i < Repetitions; i++)
        {
            var clock = Stopwatch.StartNew();
            work();
            best = Math.Min(best, clock.Elapsed.TotalSeconds);
        }

        return images / best;
    }

    private static void Row(TextWriter output, string name, double rate, double peer) =>
        output.WriteLine($"{name,-50} {rate,12:N0} images/s {rate / peer,8:N1} × vips_text");

    private sealed class NoPublicImages : IPublicImageSource
    {
        public Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) => Task.FromResult(false);

        public IAsyncEnumerable<ImageBatch> ReadAsync(string name, ImageShape shape, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("This benchmark has no public images.");
    }
}
