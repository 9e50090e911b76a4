using System.Diagnostics;
using System.Globalization;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Makers;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Bench;

/// <summary>
/// How much of a limit the generator <c>openai-images</c> uses, against the loopback server: workers begin with 4 requests at once and are
/// told the limit, or only by 429 answers that there is one; the time of their search is left out. Shared records take 10 ms, as blobs do.
/// </summary>
internal static class ImageApiBenchmark
{
    private static readonly ImageShape _shape = new(16, 16, 3);
    private static readonly TimeSpan _recordLatency = TimeSpan.FromMilliseconds(10);

    public static async Task RunAsync(TextWriter output)
    {
        output.WriteLine($"{"workers",7} {"limit/min",9} {"told",5} {"latency",8} {"seconds",8} {"images",7} {"429s",5} {"at once",7} {"share of limit",14}");
        foreach (var (workers, limit, told, latency, seconds) in ((int, double, bool, double, int)[])
        [
            (1, 1200, true, 0.5, 20), (1, 3000, true, 0.5, 20), (3, 3000, true, 0.5, 20), (1, 3000, true, 2, 30),
            (1, 3000, false, 0.5, 20), (3, 3000, false, 0.5, 20),
        ])
        {
            await MeasureAsync(output, workers, limit, told, TimeSpan.FromSeconds(latency), TimeSpan.FromSeconds(seconds));
        }
    }

    private static async Task MeasureAsync(TextWriter output, int workers, double limit, bool told, TimeSpan latency, TimeSpan duration)
    {
        // Told, the server allows a little more than the workers are told, as services' meters are coarse.
        await using var server = await LoopbackImageServer.StartAsync(
            new ImageServerOptions
            {
                Maker = new ColourImageMaker(),
                Latency = latency,
                RequestsPerMinute = told ? limit * 1.05 : limit,
                RetryAfterSeconds = 1,
            },
            default);
        var settings = new ImageApiOptions
        {
            Endpoint = server.Endpoint,
            Authentication = ImageApiAuthentication.None,
            RequestsPerMinute = told ? limit : null,
            MaxConcurrency = 512,
            MaxRetries = 100,
        };
        var (records, drawings) = (new SlowRecords(new InMemorySharedRecords()), new InMemoryDrawingStore());
        var options = new OpenAIImagesOptions
        {
            Model = "pretend-image",
            ModelRow = new ImageModel { Sizes = ["16x16"], Prices = [new ImagePrice("low", "16x16", 0.01m)] },
            Prompts = [new WeightedPrompt("a picture")],
            Quality = "low",
        };
        using var stop = new CancellationTokenSource();
        var working = Enumerable.Range(0, workers).Select(async worker =>
        {
            using var api = new ImageApi(settings, records, drawings, new ImageDecoder(new DecodeLimits()), TimeProvider.System);
            var generator = ((IPaidGenerator)await api.CreateGeneratorAsync(options, _shape)).ForShard(new CandidateShardId("bench", 0, worker));
            ulong[] seeds = [.. Enumerable.Range(0, 100_000 / workers).Select(i => ((ulong)worker << 32) + (ulong)i)];
            try
            {
                await generator.RandomAsync(null, seeds, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The time is over.
            }
        }).ToArray();

        // The search for the right number of requests doubles every round; what it takes is no part of the share.
        await Task.Delay(TimeSpan.FromSeconds(Math.Max(5, 8 * latency.TotalSeconds)));
        var (clock, before) = (Stopwatch.StartNew(), server.Counts.Answered);
        await Task.Delay(duration);
        var (elapsed, counts) = (clock.Elapsed, server.Counts);
        var answered = counts.Answered - before;
        await stop.CancelAsync();
        await Task.WhenAll(working);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{workers,7} {limit,9:0} {(told ? "yes" : "no"),5} {latency.TotalSeconds,6:0.0} s {elapsed.TotalSeconds,8:0.0} {answered,7} {counts.Throttled,5} "
                + $"{counts.MaxAtOnce,7} {answered / (elapsed.TotalMinutes * limit),14:P1}"));
    }

    private sealed class SlowRecords(ISharedRecords records) : ISharedRecords
    {
        public async Task<VersionedRecord?> ReadAsync(SharedRecordId id, CancellationToken cancellationToken)
        {
            await Task.Delay(_recordLatency, cancellationToken);
            return await records.ReadAsync(id, cancellationToken);
        }

        public async Task<string?> TryWriteAsync(SharedRecordId id, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
        {
            await Task.Delay(_recordLatency, cancellationToken);
            return await records.TryWriteAsync(id, content, version, cancellationToken);
        }
    }
}
