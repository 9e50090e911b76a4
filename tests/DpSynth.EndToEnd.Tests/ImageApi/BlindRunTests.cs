using System.Text;
using System.Text.Json;
using DpSynth.EndToEnd.Tests.Runs;
using DpSynth.ImageServer;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Models.Embedding;
using DpSynth.Synthesis.Runs;

namespace DpSynth.EndToEnd.Tests.ImageApi;

public sealed class BlindRunTests(ImageApiFixture host) : IClassFixture<ImageApiFixture>, IDisposable
{
    private const string Dataset = "secretset";
    private const int ImagesPerClass = 30;

    private static readonly ImageShape _sent = new(32, 32, 3);
    private static readonly byte[][] _privateFiles =
        [.. Enumerable.Range(0, 2).SelectMany(static index => Enumerable.Range(0, ImagesPerClass).Select(i => SmallDataset.Draw(index, i, Dataset)))];

    private readonly RunClient client = new(host.Storage, host.Endpoint);
    private readonly LeakDetector detector = new(SmallDataset.Shape, _privateFiles);

    [Fact]
    public async Task Whole_run_sends_no_private_image_and_only_the_requests_words()
    {
        await SmallDataset.UploadAsync(host.Storage, Dataset, ImagesPerClass);
        await client.SendAsync(PretendImages.Request("blind-1", Dataset));
        var run = await client.WaitForEndAsync("blind-1");
        Assert.Equal((RunState.Succeeded, null), (run.State, run.Reason));

        var requests = host.Server.Recorded;
        Assert.True(requests.Count(static request => request.Image is null) >= 20);
        Assert.True(requests.Count(static request => request.Image is not null) >= 20 * (2 + 2 + 2));
        Assert.All(requests, request => Assert.Empty(detector.Find(request)));
        Assert.All(requests, static request => Assert.DoesNotContain(Dataset, Encoding.Latin1.GetString(request.Body.Span), StringComparison.Ordinal));
        Assert.All(
            requests,
            static request =>
                Assert.DoesNotContain(Dataset, $"{request.Path}{request.Query}{string.Join('\n', request.Headers.Values)}", StringComparison.Ordinal));

        // Every prompt is one of those that can be put together from the request and the classes' names.
        string[] drawn =
        [
            .. from name in (string[])["level", "upright"]
               from style in (string[])["ink", "chalk"]
               from prompt in (string[])[$"a {name} bar, {style}", $"bars in {style}"]
               select prompt,
        ];
        string[] varied =
        [
            .. from strength in (string[])["barely", "slightly", "somewhat", "clearly", "strongly", "completely"]
               from prompt in drawn
               select $"{strength} other: {prompt}",
        ];
        Assert.All(requests, request => Assert.Contains(request.Prompt, request.Image is null ? drawn : varied));

        // What it cost is what the server made, to the request.
        var counts = host.Server.Counts;
        Assert.Equal((counts.Requests, counts.Refused), (run.Spending!.Requests, run.Spending.Refusals));
        Assert.Equal(PretendImages.Images, run.Spending.Images);
        Assert.Equal(run.Spending.Cost, PretendImages.Price * (run.Spending.Images + run.Spending.LostAnswers));
        Assert.InRange(run.Spending.Cost, PretendImages.Price * counts.Billed, PretendImages.Price * counts.Requests);
        Assert.Equal(0, run.Spending.Held);
        await using var file = await host.Storage.Releases.OpenAsync("blind-1", "manifest.json", default);
        using var manifest = await JsonDocument.ParseAsync(file);
        Assert.Equal(run.Spending.Requests, manifest.RootElement.GetProperty("spending").GetProperty("requests").GetInt64());

        // Nothing is left of single drawings, and no store holds a key, for there is none.
        await foreach (var blob in host.Storage.ExchangeAccount.Candidates.GetBlobsAsync(new() { Prefix = "runs/blind-1/drawings/" }))
        {
            Assert.Fail($"{blob.Name} is left.");
        }
    }

    [Fact]
    public void Detector_finds_a_private_image_that_was_sent_as_it_is() =>
        Assert.Equal(["decoded", "embedding", "file", "look"], detector.Find(Send(_privateFiles[3])));

    [Fact]
    public void Detector_finds_a_private_image_that_was_sent_the_way_candidates_are()
    {
        var image = new byte[SmallDataset.Shape.ByteCount];
        new ImageDecoder(new DecodeLimits()).Decode(_privateFiles[40], SmallDataset.Shape, ResizeMode.Stretch, image);

        Assert.Equal(["embedding", "look"], detector.Find(Send(Enlarge(image))).Except(["decoded"]));
    }

    [Fact]
    public void Detector_finds_a_private_image_that_was_disturbed()
    {
        var image = new byte[SmallDataset.Shape.ByteCount];
        new ImageDecoder(new DecodeLimits()).Decode(_privateFiles[7], SmallDataset.Shape, ResizeMode.Stretch, image);
        var random = new Random(5);
        for (var i = 0; i < image.Length; i++)
        {
            image[i] = (byte)Math.Clamp((image[i] * 0.8) + 20 + random.Next(-15, 16), 0, 255);
        }

        Assert.Contains("embedding", detector.Find(Send(Enlarge(image))));
        Assert.Contains("look", detector.Find(Send(Enlarge(image))));
    }

    [Fact]
    public void Detector_finds_raw_pixels_and_base64()
    {
        var pixels = new byte[SmallDataset.Shape.ByteCount];
        new ImageDecoder(new DecodeLimits()).Decode(_privateFiles[0], SmallDataset.Shape, ResizeMode.Stretch, pixels);

        Assert.Equal(["pixels"], detector.Find(new RecordedRequest { Path = "", Body = (byte[])[1, 2, .. pixels, 3], Prompt = "" }));
        Assert.Equal(
            ["file"],
            detector.Find(new RecordedRequest { Path = "", Body = Encoding.ASCII.GetBytes($"x{Convert.ToBase64String(_privateFiles[0])}"), Prompt = "" }));
    }

    public void Dispose() => client.Dispose();

    private static RecordedRequest Send(byte[] file) => new() { Path = "/v1/images/edits", Body = file, Prompt = "a prompt", Image = file };

    private static byte[] Enlarge(byte[] grey)
    {
        var resizer = new ImageResizer(SmallDataset.Shape, _sent.Width, _sent.Height, ResamplingFilter.Lanczos);
        var large = new byte[resizer.Target.ByteCount];
        resizer.Resize(grey, large, new byte[resizer.ScratchLength]);
        return PngEncoder.Encode(large, resizer.Target);
    }
}
