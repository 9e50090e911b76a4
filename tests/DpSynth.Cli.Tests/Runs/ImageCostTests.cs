using System.Text;
using System.Text.Json.Nodes;
using DpSynth.Catalogue;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Cli.Host;

namespace DpSynth.Cli.Tests.Runs;

public sealed class ImageCostTests : IDisposable
{
    // 20 generated, 20 × 2 edited for lookahead and 20 as variations; $0.005 and $0.008 each.
    private const string Request = """
        { "runId": "r", "dataset": "d", "epsilon": 1, "delta": 1e-6, "image": { "width": 32, "height": 32 }, // a comment stays allowed
          "generator": { "name": "openai-images", "options": { "model": "gpt-image-1-mini", "prompts": ["a {class}"] } },
          "evolution": { "populationSizes": [20, 20], "variationDegrees": [1, 0.5], "lookahead": 2 } }
        """;

    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Submit_prints_the_estimate_and_writes_the_cap_into_the_request()
    {
        var result = await _commands.RunAsync("runs", "submit", Write(Request), "--max-cost", "2.5");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Contains("20 images generated and 60 edited by gpt-image-1-mini (1024x1024, low), $0.58; the run stops before it passes "
            + "$2.50", result.Output + result.Errors, StringComparison.Ordinal);
        await using var storage = await new Connector(_commands.Surroundings, _ => { }).ConnectAsync(needHost: false, CancellationToken.None);
        var message = await storage.ExchangeAccount.Queue("run-requests").PeekMessageAsync();
        Assert.Equal(2.5m, ((OpenAIImagesOptions)RequestParts.Reader.Read(message.Value.Body.ToString()).Generator).MaxCost);
    }

    [Fact]
    public async Task Cap_below_the_estimate_is_refused_before_any_storage_is_touched()
    {
        var result = await _commands.RunAsync("runs", "submit", Write(Request), "--max-cost", "0.5");

        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("0.58", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_commands.Surroundings.DataFolder));
    }

    [Fact]
    public async Task Cap_does_not_raise_the_requests_own_nor_suit_generators_that_pay_nothing()
    {
        var capped = JsonNode.Parse(Request, documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!;
        capped["generator"]!["options"]!["maxCost"] = 1;
        Assert.Equal(ExitCode.Usage, (await _commands.RunAsync("runs", "submit", Write(capped.ToJsonString()), "--max-cost", "2")).ExitCode);

        var sample = Path.Combine(_commands.Surroundings.Home, "samples", "mnist.json");
        var result = await _commands.RunAsync("runs", "submit", sample, "--max-cost", "2");
        Assert.Equal(ExitCode.Usage, result.ExitCode);
        Assert.Contains("draw-text", result.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _commands.Dispose();

    private string Write(string json) => _commands.Write("request.json", Encoding.UTF8.GetBytes(json));
}
