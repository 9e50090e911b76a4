using System.Text.Json;
using Azure.Core;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.Tests.OpenAIImages;

/// <summary>What goes over the wire, as a server sees it that writes everything down.</summary>
public sealed class WireFormTests
{
    private const string Key = "sk-0123456789";
    private const string AzureRoute = "/openai/deployments/pictures/images/";
    private static readonly ulong[] OneSeed = [7];

    /// <summary>A model with every option that there is.</summary>
    private static readonly OpenAIImagesOptions Everything = ImageApiHarness.Options with
    {
        Deployment = "pictures",
        ModelRow = ImageApiHarness.Options.ModelRow with { Backgrounds = ["opaque"], InputFidelities = ["high"] },
        Background = "opaque",
        Format = "png",
        InputFidelity = "high",
    };

    [Theory]
    [InlineData(ImageApiService.OpenAI, "/v1/images/generations", "")]
    [InlineData(ImageApiService.AzureOpenAI, AzureRoute + "generations", "?api-version=2025-04-01-preview")]
    public async Task Generation_is_json_with_the_requests_options_and_nothing_else(ImageApiService service, string path, string query)
    {
        await using var harness = await StartAsync(service);

        await (await harness.GeneratorAsync(Everything)).RandomAsync("cat", OneSeed, default);

        var sent = Assert.Single(harness.Server.Recorded);
        Assert.Equal((path, query), (sent.Path, sent.Query));
        Assert.Equal("application/json", sent.Headers["Content-Type"]);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["model"] = "pictures",
                ["prompt"] = "a photo of a cat",
                ["n"] = "1",
                ["size"] = "16x16",
                ["quality"] = "low",
                ["background"] = "opaque",
                ["output_format"] = "png",
            },
            sent.Fields);
    }

    [Theory]
    [InlineData(ImageApiService.OpenAI, "/v1/images/edits", "")]
    [InlineData(ImageApiService.AzureOpenAI, AzureRoute + "edits", "?api-version=2025-04-01-preview")]
    public async Task Variation_is_a_form_with_the_candidate_as_a_png_of_the_models_size_and_words_for_the_degree(ImageApiService service,
        string path, string query)
    {
        await using var harness = await StartAsync(service);

        await (await harness.GeneratorAsync(Everything)).VaryAsync(GreyParent(), new[] { 0 }, VariationDegree.Of(0.2), "cat", OneSeed, default);

        var sent = Assert.Single(harness.Server.Recorded);
        Assert.Equal((path, query), (sent.Path, sent.Query));
        Assert.StartsWith("multipart/form-data; boundary=", sent.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["model"] = "pictures",
                ["prompt"] = "Make a slightly different picture out of this one, of the same kind: a photo of a cat",
                ["n"] = "1",
                ["size"] = "16x16",
                ["quality"] = "low",
                ["background"] = "opaque",
                ["output_format"] = "png",
                ["input_fidelity"] = "high",
            },
            sent.Fields);

        // The library names no media type for the part: the service reads it off the file's name.
        Assert.Equal(("image", "candidate.png"), (sent.ImageField, sent.ImageFileName));
        Assert.Equal("\u0089PNG", System.Text.Encoding.Latin1.GetString(sent.Image!.Value.Span[..4]));
        var pixels = new byte[16 * 16 * 3];
        new ImageDecoder(new()).Decode(sent.Image.Value.Span, new ImageShape(16, 16, 3), ResizeMode.Stretch, pixels);
        Assert.All(pixels, static value => Assert.Equal(200, value));
    }

    [Theory]
    [InlineData(ImageApiService.OpenAI, "Authorization", $"Bearer {Key}", "api-key")]
    [InlineData(ImageApiService.AzureOpenAI, "api-key", Key, "Authorization")]
    public async Task Key_is_sent_in_the_services_own_header_alone(ImageApiService service, string header, string value, string other)
    {
        const string Variable = "DPSYNTH_TEST_IMAGE_KEY_WIRE";
        Environment.SetEnvironmentVariable(Variable, Key);
        await using var harness = await StartAsync(service);

        await (await harness.GeneratorAsync(configure: static settings =>
            settings with { Authentication = ImageApiAuthentication.ApiKey, KeyVariable = Variable })).RandomAsync("cat", OneSeed, default);

        var sent = Assert.Single(harness.Server.Recorded);
        Assert.Equal(value, sent.Headers[header]);
        Assert.DoesNotContain(other, sent.Headers.Keys);
        Assert.DoesNotContain(Key, System.Text.Encoding.Latin1.GetString(sent.Body.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://cognitiveservices.azure.com/.default")]
    [InlineData("https://cognitiveservices.azure.us/.default", "https://cognitiveservices.azure.us/.default")]
    public async Task Identity_asks_azure_with_a_token_of_the_services_scope(string? setting, string scope)
    {
        await using var harness = await StartAsync(ImageApiService.AzureOpenAI);
        var identity = new FixedIdentity("a-token");
        using var clients = new ImageClients(
            harness.Settings(settings => settings with { Authentication = ImageApiAuthentication.EntraId, TokenScope = setting }), identity);
        var client = await clients.CreateAsync("pictures");

        await client.GenerateImagesAsync("a cat", 1);
        await client.GenerateImagesAsync("a dog", 1);

        Assert.All(harness.Server.Recorded, static sent => Assert.Equal("Bearer a-token", sent.Headers["Authorization"]));
        Assert.All(harness.Server.Recorded, static sent => Assert.DoesNotContain("api-key", sent.Headers.Keys));
        Assert.Equal([scope], identity.Scopes);
    }

    [Fact]
    public async Task Token_of_openais_form_goes_nowhere_without_tls()
    {
        await using var harness = await StartAsync(ImageApiService.OpenAI);
        using var clients = new ImageClients(
            harness.Settings(static settings => settings with { Authentication = ImageApiAuthentication.EntraId }), new FixedIdentity("a-token"));
        var client = await clients.CreateAsync("pictures");

        await Assert.ThrowsAnyAsync<Exception>(() => client.GenerateImagesAsync("a cat", 1));

        Assert.Empty(harness.Server.Recorded);
    }

    [Theory]
    [InlineData(ImageApiService.OpenAI, "preview", "?api-version=preview")]
    [InlineData(ImageApiService.AzureOpenAI, "2026-10-01", "?api-version=2026-10-01")]
    [InlineData(ImageApiService.AzureOpenAI, "", "?api-version=2025-04-01-preview")]
    public async Task Api_version_of_the_settings_takes_the_place_of_the_clients(ImageApiService service, string version, string query)
    {
        await using var harness = await StartAsync(service);
        var generator = await harness.GeneratorAsync(configure: settings => settings with { ApiVersion = version });

        await generator.RandomAsync("cat", OneSeed, default);
        await generator.VaryAsync(GreyParent(), new[] { 0 }, VariationDegree.Of(0.2), "cat", OneSeed.Select(static seed => seed + 1).ToArray(), default);

        Assert.Equal([query, query], harness.Server.Recorded.Select(static sent => sent.Query));
    }

    [Theory]
    [InlineData(ImageApiService.AzureOpenAI, "/openai/v1/", "/openai/deployments/pretend-image/images/generations")]
    [InlineData(ImageApiService.OpenAI, "/openai/v1/", "/openai/v1/images/generations")]
    public async Task Address_of_azures_v1_api_serves_both_forms(ImageApiService service, string address, string path)
    {
        await using var harness = await StartAsync(service);

        await (await harness.GeneratorAsync(
            configure: settings => settings with { Endpoint = new Uri(harness.Server.AzureEndpoint, address) })).RandomAsync("cat", OneSeed, default);

        Assert.Equal(path, Assert.Single(harness.Server.Recorded).Path);
    }

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Requests_at_the_same_time_keep_their_own_options_and_answers_their_name(ImageApiService service)
    {
        await using var harness = await StartAsync(service);
        ulong[] seeds = [.. Enumerable.Range(1, 40).Select(static i => (ulong)i)];
        var options = ImageApiHarness.Options with
        {
            Prompts = [.. Enumerable.Range(0, 10).Select(
            static i => new WeightedPrompt($"picture {i} of a {{class}}"))]
        };

        var batch = await (await harness.GeneratorAsync(
            options, static settings => settings with { InitialConcurrency = 16 })).RandomAsync("cat", seeds, default);

        Assert.Equal(
            Enumerable.Range(0, batch.Count).Select(i => $"picture {batch.ParametersOf(i)[0]} of a cat").Order(StringComparer.Ordinal),
            harness.Server.Recorded.Select(static sent => sent.Prompt).Order(StringComparer.Ordinal));
        var names = harness.Drawings.Drawings.Values.Select(
            static drawing => JsonDocument.Parse(drawing).RootElement.GetProperty("requestId").GetString()).ToArray();
        Assert.Equal(seeds.Length, names.Distinct().Count());
        Assert.All(names, static name => Assert.StartsWith("req_", name, StringComparison.Ordinal));
    }

    private static Task<ImageApiHarness> StartAsync(ImageApiService service) =>
        ImageApiHarness.StartAsync(static options => options with { Record = true }, service);

    private static CandidateBatch GreyParent()
    {
        var images = new ImageBatch(ImageApiHarness.Shape, 1);
        images.Pixels.Fill(200);
        return new CandidateBatch(images, new float[] { 0, 0 }, 1, 2);
    }

    private sealed class FixedIdentity(string token) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken(token, DateTimeOffset.UtcNow.AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
