using DpSynth.Catalogue;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Demo;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Demo.ImageApi;
using DpSynth.Cli.Runs;
using DpSynth.ImageServer;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Cli.Tests.Demo;

public sealed class ApiDemoTests
{
    [Fact]
    public void Request_is_for_the_server_alone_and_leaves_room_below_its_cap()
    {
        var surroundings = Surroundings.OfProcess();
        var demo = DemoRequest.Load(surroundings, "emoji-api", "api", new DemoOptions(ApiDemo.Epsilon, 0, Keep: false), DateTimeOffset.UnixEpoch);
        var request = RequestParts.Reader.Read(demo.Json);

        var options = Assert.IsType<OpenAIImagesOptions>(request.Generator);
        Assert.Equal(["an emoji"], options.Prompts.Select(static prompt => prompt.Prompt));
        Assert.Contains("Pretended", options.ModelRow.PriceSource, StringComparison.Ordinal);
        Assert.InRange(ImageCostEstimate.Of(request)!.Cost * 1.2m, 0, options.MaxCost!.Value);
        Assert.Equal(EmojiPart.Food.Sample, request.Dataset);
    }

    [Fact]
    public void Summary_tells_requests_refusals_cost_and_epsilon()
    {
        var run = new RunView
        {
            Id = "api-1",
            State = RunState.Succeeded,
            EpsilonSpent = 3.98,
            Delta = 1e-3,
            Spending = new ImageSpending { Cost = 6.41m, MaxCost = 10, Images = 600, Requests = 640, Refusals = 7, LostAnswers = 12 },
        };

        var text = ApiSummary.Describe(new ApiResult(
            run,
            new DownloadedRelease("api-1", "/data/demo/api-1", ["manifest.json"]),
            new EmojiScore("food-and-drink", 128, 200, 41.26, 30.1),
            new BudgetReport("emoji-food", "emoji-food", 10, 1e-6, 8, 8, 3.5, AccountantKind.Pld, []),
            new ImageCostEstimate(400, 200, 6.4m),
            new ImageServerCounts(640, 612, 600, 7, 8, 40, 9),
            new Uri("http://127.0.0.1:5000/v1/"),
            TimeSpan.FromSeconds(90)));

        Assert.Contains("640 requests: 600 images came, 7 were refused", text, StringComparison.Ordinal);
        Assert.Contains("$6.41 at the pretended price, estimated $6.40 for 600 images, capped at $10.00", text, StringComparison.Ordinal);
        Assert.Contains("ε 3.98 at δ 1e-03", text, StringComparison.Ordinal);
        Assert.Contains("first population 41.3, last population 30.1", text, StringComparison.Ordinal);
    }
}
