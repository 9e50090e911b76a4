using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class ImageDeploymentTests
{
    private static readonly ulong[] OneSeed = [7];

    [Theory]
    [InlineData(ServerFault.TooManyRequests)]
    [InlineData(ServerFault.TooManyRequestsUntilDate)]
    [InlineData(ServerFault.ServerError)]
    [InlineData(ServerFault.Unavailable)]
    [InlineData(ServerFault.SlowBody)]
    [InlineData(ServerFault.TruncatedJson)]
    [InlineData(ServerFault.ConnectionReset)]
    [InlineData(ServerFault.WrongContentType)]
    [InlineData(ServerFault.NotAnImage)]
    public async Task Image_is_asked_for_again_when_an_answer_fails(ServerFault fault)
    {
        await using var harness = await ImageApiHarness.StartAsync(number => number <= 2 ? fault : null);

        var batch = await (await harness.GeneratorAsync(configure: static settings => settings with { AttemptTimeout = TimeSpan.FromSeconds(1) }))
            .RandomAsync("cat", OneSeed, default);

        Assert.Equal(1, batch.Count);
        var spending = await harness.SpendingAsync();
        Assert.Equal((1, 3), (spending.Images, spending.Requests));
        Assert.Equal(harness.Server.Counts.Billed * ImageApiHarness.Price, spending.Cost);
        Assert.Equal(harness.Server.Counts.Billed - 1, spending.LostAnswers);
    }

    [Fact]
    public async Task Attempts_are_bounded()
    {
        await using var harness = await ImageApiHarness.StartAsync(static _ => ServerFault.ServerError);

        var fault = await Assert.ThrowsAnyAsync<Exception>(async () => await (await harness.GeneratorAsync(configure: static settings => settings with { MaxRetries = 3 }))
            .RandomAsync("cat", OneSeed, default));

        Assert.IsNotType<GenerationException>(fault);
        Assert.Contains("500", fault.Message, StringComparison.Ordinal);
        Assert.Equal(4, harness.Server.Counts.Requests);
    }

    [Fact]
    public async Task Circuit_breaks_when_nearly_everything_fails()
    {
        await using var harness = await ImageApiHarness.StartAsync(static _ => ServerFault.ServerError);
        ulong[] seeds = [.. Enumerable.Range(0, 200).Select(static i => (ulong)i)];

        await Assert.ThrowsAnyAsync<Exception>(async () => await (await harness.GeneratorAsync(configure: static settings => settings with
        {
            MaxRetries = 10, InitialConcurrency = 64, BreakDuration = TimeSpan.FromMinutes(1),
        })).RandomAsync("cat", seeds, default));

        // Without a breaker each of the first 64 would be sent eleven times.
        Assert.InRange(harness.Server.Counts.Requests, 20, 120);
        Assert.Equal(0, (await harness.SpendingAsync()).Cost);
    }

    [Fact]
    public async Task Wrong_path_or_model_is_not_tried_again()
    {
        await using var harness = await ImageApiHarness.StartAsync();
        var generator = await harness.GeneratorAsync(configure: settings => settings with { Endpoint = new Uri(harness.Server.Endpoint, "/v9/") });

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await generator.RandomAsync("cat", OneSeed, default));

        Assert.Contains("404", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Fact]
    public async Task Options_that_the_model_does_not_take_are_not_tried_again()
    {
        await using var harness = await ImageApiHarness.StartAsync();
        var row = ImageApiHarness.Options.ModelRow with { Sizes = ["4x4"] };

        await Assert.ThrowsAsync<GenerationException>(async () => await (await harness.GeneratorAsync(ImageApiHarness.Options with { ModelRow = row })).RandomAsync("cat", OneSeed, default));

        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Fact]
    public async Task Credential_does_not_follow_a_redirect()
    {
        await using var elsewhere = await LoopbackImageServer.StartAsync(new ImageServerOptions { Maker = new ColourImageMaker() }, default);
        await using var harness = await ImageApiHarness.StartAsync(options => options with { Faults = FaultPlan.Of(static _ => ServerFault.Redirect), RedirectTo = elsewhere.Endpoint });

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await (await harness.GeneratorAsync()).RandomAsync("cat", OneSeed, default));

        Assert.Contains("redirects", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, elsewhere.Counts.Requests);
        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Fact]
    public async Task Variation_sends_the_candidate_as_a_png_of_the_models_size_and_words_for_the_degree()
    {
        await using var harness = await ImageApiHarness.StartAsync(options => options with { Record = true });
        var images = new ImageBatch(ImageApiHarness.Shape, 1);
        images.Pixels.Fill(200);
        var parents = new CandidateBatch(images, new float[] { 0, 0 }, 1, 2);

        await (await harness.GeneratorAsync()).VaryAsync(parents, new[] { 0 }, VariationDegree.Of(0.2), "cat", OneSeed, default);

        var sent = Assert.Single(harness.Server.Recorded);
        Assert.Equal("/v1/images/edits", sent.Path);
        Assert.Equal("Make a slightly different picture out of this one, of the same kind: a photo of a cat", sent.Prompt);
        Assert.Equal("\u0089PNG", System.Text.Encoding.Latin1.GetString(sent.Image!.Value.Span[..4]));
        var pixels = new byte[16 * 16 * 3];
        new DpSynth.Imaging.Decoding.ImageDecoder(new()).Decode(sent.Image.Value.Span, new ImageShape(16, 16, 3), ResizeMode.Stretch, pixels);
        Assert.All(pixels, static value => Assert.Equal(200, value));
    }

    [Theory]
    [InlineData("http://example.org/v1/", "https://")]
    [InlineData("https://user:key@example.org/v1/", "without user")]
    [InlineData("https://example.org/v1/?key=1", "without user, query")]
    public async Task Endpoint_that_could_leak_the_credential_is_refused(string endpoint, string reason)
    {
        await using var harness = await ImageApiHarness.StartAsync();

        var fault = await Assert.ThrowsAsync<GenerationException>(() => harness.GeneratorAsync(
            configure: settings => settings with { Endpoint = new Uri(endpoint), Authentication = ImageApiAuthentication.EntraId }));

        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_version_is_sent_where_it_is_set()
    {
        await using var harness = await ImageApiHarness.StartAsync();

        // The server knows the path alone; that it answers shows that the query is one.
        await (await harness.GeneratorAsync(configure: static settings => settings with { ApiVersion = "preview" })).RandomAsync("cat", OneSeed, default);

        Assert.Equal("?api-version=preview", harness.Server.LastQuery);
    }
}
