using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Imaging;
using DpSynth.Imaging.Png;
using DpSynth.Ledgers;
using DpSynth.Numerics;
using DpSynth.Testing;

namespace DpSynth.EndToEnd.Tests.Runs;

/// <summary>A small private dataset: bright bars, upright in one class and level in the other, with some noise.</summary>
internal static class SmallDataset
{
    public static readonly ImageShape Shape = new(16, 16, 1);

    /// <summary>Uploads the dataset as single files, one folder a class, and approves a policy that lists its classes.</summary>
    public static async Task UploadAsync(StorageFixture storage, string dataset, int imagesPerClass = 30, params string[] classes)
    {
        await UploadAsync(storage.PrivateAccount.Data, dataset, imagesPerClass, classes);
        if ((await storage.Ledger.ReadAsync(dataset, default)).Policy is null)
        {
            await storage.Ledger.ApproveAsync(dataset, PolicyOf(classes));
        }
    }

    /// <summary>A policy that lists its classes.</summary>
    public static DatasetPolicy PolicyOf(params string[] classes) => Policies.Of(classes.Length > 0 ? classes : ["upright", "level"]);

    /// <summary>Uploads the dataset to a container.</summary>
    public static async Task UploadAsync(BlobContainerClient container, string dataset, int imagesPerClass = 30, params string[] classes)
    {
        var names = classes.Length > 0 ? classes : ["upright", "level"];
        await Parallel.ForEachAsync(
            names.SelectMany((name, index) => Enumerable.Range(0, imagesPerClass).Select(i => (name, index, i))),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (image, cancellationToken) => await container.UploadBlobAsync(
                $"{dataset}/{image.name}/{image.i:D4}.png", BinaryData.FromBytes(Draw(image.index, image.i, dataset)), cancellationToken));
    }

    /// <summary>One image of a class as a PNG. Datasets differ in theirs: images that are equal would share one ledger.</summary>
    public static byte[] Draw(int classIndex, int number, string dataset = "")
    {
        var name = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(dataset)));
        var random = new SeededRandom(SeededRandom.Derive(name, (ulong)classIndex, (ulong)number));
        var pixels = new byte[Shape.ByteCount];
        var offset = 7 + random.NextInt(3);
        for (var i = 0; i < 16; i++)
        {
            for (var thickness = 0; thickness < 2; thickness++)
            {
                var across = Math.Clamp(offset + thickness + (classIndex / 2), 0, 15);
                pixels[classIndex % 2 == 0 ? i * 16 + across : across * 16 + i] = (byte)(200 + random.NextInt(55));
            }
        }

        return PngEncoder.Encode(pixels, Shape);
    }

    /// <summary>A request for it.</summary>
    public static string Request(string runId, string dataset, string overrides = "", int iterations = 2, int population = 40, double epsilon = 4)
    {
        var sizes = string.Join(", ", Enumerable.Repeat(population, iterations + 1));
        var degrees = string.Join(
            ", ",
            Enumerable.Range(0, iterations + 1).Select(
                t => (1 - (double)t / (iterations + 1)).ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)));
        return $$"""
            {
              "runId": "{{runId}}",
              "dataset": "{{dataset}}",
              "epsilon": {{epsilon}},
              "delta": 1e-5,
              "image": { "width": 16, "height": 16, "channels": 1 },
              "generator": { "name": "draw-text", "options": { "texts": ["I", "-"] } },
              "evolution": { "populationSizes": [{{sizes}}], "variationDegrees": [{{degrees}}], "lookahead": 2 },
              {{overrides}}
              "seed": 5
            }
            """;
    }
}
