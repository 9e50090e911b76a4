using System.Diagnostics;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using DpSynth.Catalogue;
using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Embedders;
using DpSynth.Imaging.Decoding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Datasets;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Bench;

/// <summary>
/// How busy the embedding of private images keeps the processor, from blobs to stored embeddings, while the store makes it wait: the product's own
/// store, reader, decoder and embedder, one shard of single images after the other, and four at once as <c>host.json</c> allows.
/// </summary>
internal static class EmbeddingBenchmark
{
    private const int Images = 12_000;
    private const int ImagesPerShard = 1_000;
    private const int Rounds = 2;

    public static async Task RunAsync(TextWriter output, string folder)
    {
        var files = Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        if (files.Length == 0)
        {
            output.WriteLine($"There are no .png files in {folder}.");
            return;
        }

        using var embedders = new ModelEmbedderFactory(ModelDirectory.Nearest(), new InferenceOptions());
        foreach (var (milliseconds, atOnce) in new[] { (0, 1), (0, 4), (5, 1), (5, 4), (20, 1), (20, 4), (50, 1), (50, 4) })
        {
            var (seconds, busy) = (double.PositiveInfinity, 0.0);
            for (var round = 0; round <= Rounds; round++)
            {
                var (store, run) = await MakeStoreAsync(files, TimeSpan.FromMilliseconds(milliseconds));
                var embedding = new PrivateEmbedding(store, store, store, embedders, new ImageDecoder(new DecodeLimits()));
                var processor = Environment.CpuUsage.TotalTime;
                var start = Stopwatch.GetTimestamp();
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, Images / ImagesPerShard),
                    new ParallelOptions { MaxDegreeOfParallelism = atOnce },
                    async (shard, token) => await embedding.EmbedAsync(run, shard, token));

                var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if ((await store.ReadEmbeddingsAsync(run, 0, CancellationToken.None))?.Rows != ImagesPerShard)
                {
                    throw new InvalidOperationException("Some images were not embedded.");
                }

                // The first round compiles and opens the model.
                if (round > 0 && elapsed < seconds)
                {
                    (seconds, busy) = (elapsed, (Environment.CpuUsage.TotalTime - processor).TotalSeconds / elapsed / Environment.ProcessorCount);
                }
            }

            output.WriteLine(
                $"store latency {milliseconds,2} ms, {atOnce} shard{(atOnce == 1 ? " " : "s")} at once: {Images / seconds:N0} images/s, "
                    + $"{busy:P0} of {Environment.ProcessorCount} cores busy");
        }
    }

    private static async Task<(PrivateStore Store, string Run)> MakeStoreAsync(byte[][] files, TimeSpan latency)
    {
        const string Account = "private";
        const string Run = "run";
        var blobs = new SlowBlobs(latency);
        var names = Enumerable.Range(0, Images).Select(i => $"images/{i:D5}.png").ToArray();
        foreach (var (i, name) in names.Index())
        {
            blobs.Put($"private-data/{name}", files[i % files.Length]);
        }

        var service = new BlobServiceClient(
            new Uri($"https://{Account}.blob.core.windows.net"), new BlobClientOptions { Transport = new HttpClientTransport(new HttpClient(blobs)) });
        var store = new PrivateStore(new PrivateAccount(service), RequestParts.Json);
        await store.TryCreateRecordAsync(Run, RunPlan.RecordName, Plan(names), CancellationToken.None);
        return (store, Run);
    }

    private static RunPlan Plan(string[] names) => new()
    {
        Request = new RunRequest
        {
            RunId = "run",
            Dataset = "images",
            Epsilon = 1,
            Image = new ImageOptions { Width = 32, Height = 32, Channels = 3 },
            Generator = new DrawTextOptions(),
            Embedder = new OnnxImageOptions { Model = "tiny-sd" },
            Options = new EvolutionOptions { PopulationSizes = [8, 8], VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.5)] },
        },
        Guarantee = new Guarantee { Epsilon = 1, LargestDelta = 1e-5, Policy = new PolicyReference("", default, null) },
        Lanes = 1,
        Classes = [null],
        PrivateShards = [.. names.Chunk(ImagesPerShard).Select((chunk, number) => new PrivateShard(number, 0, chunk))],
    };
}
