using System.Text.Json;
using DpSynth.EndToEnd.Tests.Hosting;
using DpSynth.Imaging.Png;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;

namespace DpSynth.EndToEnd.Tests.Runs;

public sealed class DiffusionRunTests(HostFixture host) : IClassFixture<HostFixture>, IDisposable
{
    private readonly RunClient client = new(host.Storage, host.Endpoint);

    [Fact]
    public async Task Run_with_stable_diffusion_and_an_image_encoder_becomes_a_release()
    {
        for (var i = 0; i < 12; i++)
        {
            await host.Storage.PrivateAccount.Data.UploadBlobAsync($"discs/{i:D2}.png", BinaryData.FromBytes(Disc((ulong)i)));
        }

        await host.Storage.Ledger.ApproveAsync("discs");
        await client.SendAsync("""
            {
              "runId": "discs-1",
              "dataset": "discs",
              "epsilon": 4,
              "delta": 1e-5,
              "classConditional": false,
              "image": { "width": 32, "height": 32 },
              "generator": { "name": "stable-diffusion", "options": { "model": "tiny-sd", "prompts": ["an emoji"], "guidanceScale": 3, "steps": 4 } },
              "embedder": { "name": "onnx-image", "options": { "model": "tiny-sd" } },
              "evolution": {
                "populationSizes": [24, 16, 12], "variationDegrees": [0.75, 0.75, 0.25], "lookahead": 1,
                "neighbours": 3, "smoothingNeighbours": 3, "keepSelected": true
              }
            }
            """);
        var run = await client.WaitForEndAsync("discs-1");

        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));
        await using var stream = await host.Storage.Releases.OpenAsync("discs-1", "manifest.json", default);
        using var manifest = await JsonDocument.ParseAsync(stream);
        Assert.Equal(12, manifest.RootElement.GetProperty("classes")[0].GetProperty("images").GetInt32());
        Assert.Equal("cpu", manifest.RootElement.GetProperty("generation").GetProperty("providers")[0].GetString());
        Assert.Equal(3, manifest.RootElement.GetProperty("evolution").GetProperty("smoothingNeighbours").GetInt32());
    }

    public void Dispose() => client.Dispose();

    private static byte[] Disc(ulong seed)
    {
        var random = new SeededRandom(seed);
        var shape = new ImageShape(32, 32, 3);
        var pixels = new byte[shape.ByteCount];
        var (x0, y0, radius) = (random.NextDouble(12, 20), random.NextDouble(12, 20), random.NextDouble(7, 12));
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var inside = Math.Pow((i / 3 % 32) - x0, 2) + Math.Pow((i / 96) - y0, 2) < radius * radius;
            (pixels[i], pixels[i + 1], pixels[i + 2]) = inside ? ((byte)230, (byte)random.NextInt(60, 90), (byte)40) : ((byte)255, (byte)255, (byte)255);
        }

        return PngEncoder.Encode(pixels, shape);
    }
}
