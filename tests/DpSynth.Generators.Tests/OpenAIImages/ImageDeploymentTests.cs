using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer;
using DpSynth.ImageServer.Faults;
using DpSynth.ImageServer.Makers;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class ImageDeploymentTests
{
    private static readonly ulong[] OneSeed = [7];

    public static IEnumerable<object[]> Faults { get; } =
        from service in Enum.GetValues<ImageApiService>()
        from fault in Enum.GetValues<ServerFault>().Except([ServerFault.ContentPolicy, ServerFault.Redirect])
        select new object[] { service, fault };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Image_is_asked_for_again_when_an_answer_fails(ImageApiService service, ServerFault fault)
    {
        await using var harness = await ImageApiHarness.StartAsync(number => number <= 2 ? fault : null, service);

        // Only where the time-out is what is waited for is it short: a busy machine's first request can take a second.
        var batch = await (await harness.GeneratorAsync(
            configure: settings => fault == ServerFault.SlowBody ? settings with { AttemptTimeout = TimeSpan.FromSeconds(2) } : settings))
            .RandomAsync("cat", OneSeed, default);

        Assert.Equal(1, batch.Count);
        var spending = await harness.SpendingAsync();
        Assert.Equal((1, 3), (spending.Images, spending.Requests));
        Assert.Equal(harness.Server.Counts.Billed * ImageApiHarness.Price, spending.Cost);
        Assert.Equal(harness.Server.Counts.Billed - 1, spending.LostAnswers);
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Attempts_are_bounded(ImageApiService service)
    {
        await using var harness = await ImageApiHarness.StartAsync(static _ => ServerFault.ServerError, service);

        var fault = await Assert.ThrowsAnyAsync<Exception>(async () =>
            await (await harness.GeneratorAsync(configure: static settings => settings with { MaxRetries = 3 }))
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
            MaxRetries = 10,
            InitialConcurrency = 64,
            BreakDuration = TimeSpan.FromMinutes(1),
        })).RandomAsync("cat", seeds, default));

        // Without a breaker each of the first 64 would be sent eleven times.
        Assert.InRange(harness.Server.Counts.Requests, 20, 120);
        Assert.Equal(0, (await harness.SpendingAsync()).Cost);
    }

    [Theory]
    [InlineData(ImageApiService.OpenAI, "404 (model_not_found)")]
    [InlineData(ImageApiService.AzureOpenAI, "404 (DeploymentNotFound)")]
    public async Task Unknown_model_or_deployment_is_named_and_not_tried_again(ImageApiService service, string answer)
    {
        await using var harness = await ImageApiHarness.StartAsync(static options => options with { Deployment = "another" }, service);

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await (await harness.GeneratorAsync()).RandomAsync("cat", OneSeed, default));

        Assert.Contains(answer, fault.Message, StringComparison.Ordinal);
        Assert.Contains("'pretend-image'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Wrong_path_is_not_tried_again(ImageApiService service)
    {
        await using var harness = await ImageApiHarness.StartAsync(service: service);
        var generator = await harness.GeneratorAsync(configure: settings => settings with { Endpoint = new Uri(harness.Server.Endpoint, "/v9/") });

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await generator.RandomAsync("cat", OneSeed, default));

        Assert.Contains("404", fault.Message, StringComparison.Ordinal);
        Assert.Contains("'ImageApi__Endpoint'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Refused_content_is_not_sent_again_and_its_prompt_stays_out_of_the_exception(ImageApiService service)
    {
        await using var harness = await ImageApiHarness.StartAsync(static _ => ServerFault.ContentPolicy, service);

        var fault = await Assert.ThrowsAsync<GenerationException>(
            async () => await (await harness.GeneratorAsync(ImageApiHarness.Options with { Redraws = 0 })).RandomAsync("cat", OneSeed, default));

        Assert.Contains("it refuses the content", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a photo of a cat", fault.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, harness.Server.Counts.Requests);
        Assert.Equal((0, 1), ((await harness.SpendingAsync()).Cost, (await harness.SpendingAsync()).Refusals));
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Options_that_the_model_does_not_take_are_not_tried_again(ImageApiService service)
    {
        await using var harness = await ImageApiHarness.StartAsync(service: service);
        var row = ImageApiHarness.Options.ModelRow with { Sizes = ["4x4"] };

        await Assert.ThrowsAsync<GenerationException>(
            async () => await (await harness.GeneratorAsync(ImageApiHarness.Options with { ModelRow = row })).RandomAsync("cat", OneSeed, default));

        Assert.Equal(1, harness.Server.Counts.Requests);
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Credential_does_not_follow_a_redirect(ImageApiService service)
    {
        await using var elsewhere = await LoopbackImageServer.StartAsync(new ImageServerOptions { Maker = new ColourImageMaker() }, default);
        await using var harness = await ImageApiHarness.StartAsync(
            options => options with { Faults = FaultPlan.Of(static _ => ServerFault.Redirect), RedirectTo = elsewhere.Endpoint }, service);

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await (await harness.GeneratorAsync()).RandomAsync("cat", OneSeed, default));

        Assert.Contains("redirects", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, elsewhere.Counts.Requests);
        Assert.Equal(1, harness.Server.Counts.Requests);
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
}
