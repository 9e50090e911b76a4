using System.Diagnostics;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Embedders;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Bench;

/// <summary>Images a second from encoded files to embeddings: decode, resize, normalise, infer, on a folder of images.</summary>
internal static class EmbedderBenchmark
{
    private const int Rounds = 3;
    private const int MinImages = 2_000;

    public static async Task RunAsync(TextWriter output, string folder, ModelDirectory models, string model, ExecutionProvider provider)
    {
        var files = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        if (files.Length == 0)
        {
            output.WriteLine($"There are no .png files in {folder}.");
            return;
        }

        var count = Math.Max(files.Length, MinImages);
        var shape = new ImageShape(32, 32, 3);
        using var factory = new ModelEmbedderFactory(models, new InferenceOptions { Provider = provider });
        EmbedderOptions[] all = [new PixelsOptions(), new ProjectedPixelsOptions(), new OnnxImageOptions { Model = model }];
        var decoder = new ImageDecoder(new DecodeLimits());
        foreach (var options in all)
        {
            var embedder = await factory.CreateAsync(options, shape, CancellationToken.None);
            var (decode, embed, busy) = (double.PositiveInfinity, double.PositiveInfinity, 0.0);
            for (var round = 0; round < Rounds; round++)
            {
                var images = new ImageBatch(shape, count);
                var start = Stopwatch.GetTimestamp();
                Parallel.For(0, count, i => decoder.Decode(files[i % files.Length], shape, ResizeMode.Fit, images[i]));
                decode = Math.Min(decode, Stopwatch.GetElapsedTime(start).TotalSeconds);

                var processor = Environment.CpuUsage.TotalTime;
                start = Stopwatch.GetTimestamp();
                await embedder.EmbedAsync(images, new float[count * embedder.Dimension], CancellationToken.None);
                var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (seconds < embed)
                {
                    (embed, busy) = (seconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / seconds);
                }
            }

            output.WriteLine(
                $"{options.GetType().Name}: {count / embed:N0} images/s ({busy:F1} cores busy), decoding {count / decode:N0}/s, "
                    + $"both {count / (embed + decode):N0}/s");
        }
    }
}
