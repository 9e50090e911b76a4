using DpSynth.Cli.Connections;
using DpSynth.Cli.Demo;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Tests.Demo;

public sealed class EmojiTests
{
    private static readonly Surroundings _surroundings = Surroundings.OfProcess();

    [Fact]
    public void Requests_name_one_prompt_only_and_the_model_that_ships()
    {
        foreach (var part in new[] { EmojiPart.Food, EmojiPart.Classes })
        {
            var demo = DemoRequest.Load(_surroundings, part.Sample, part.Sample, new DemoOptions(EmojiDemo.Epsilon, 0, Keep: false), DateTimeOffset.UnixEpoch);
            var request = RunRequestReader.Read(demo.Json);

            Assert.Equal(part.HasClasses, request.ClassConditional);
            Assert.Equal(["an emoji"], Assert.IsType<StableDiffusionOptions>(request.Generator).Prompts);
            Assert.True(Directory.Exists(Path.Combine(_surroundings.Home, "models", Assert.IsType<OnnxImageOptions>(request.Embedder).Model)));
            Assert.InRange(demo.Delta, 0, 1.0 / part.Read(_surroundings.Home).Sum(source => source.Images.Count));
            Assert.Equal(part.Sample, request.Dataset);
        }
    }

    [Fact]
    public void Parts_share_no_image_and_have_no_flags()
    {
        Assert.Empty(EmojiPart.Food.Categories.Intersect(EmojiPart.Classes.Categories, StringComparer.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(EmojiPart.Folder(_surroundings.Home), "flags")));
        Assert.Null(Assert.Single(EmojiPart.Food.Read(_surroundings.Home)).Name);
        Assert.Equal(EmojiPart.Classes.Categories, EmojiPart.Classes.Read(_surroundings.Home).Select(source => source.Name));
    }

    [Fact]
    public void Summary_tells_distances_cost_and_that_the_private_images_are_public()
    {
        var run = new RunView
        {
            Id = "emoji-food-1", Dataset = "emoji-food", State = RunState.Succeeded, Epsilon = 5, Delta = 1e-3, EpsilonSpent = 4.98,
        };
        var part = new EmojiPartResult(
            run,
            new DownloadedRelease(run.Id, "/data/demo/emoji-food-1", ["manifest.json"]),
            [new EmojiScore("food-and-drink", 128, 800, 41.26, 18.74)],
            new BudgetReport("emoji-food", "emoji-food", 10, 1e-6, 8, 8, 3.5, AccountantKind.Pld, []));

        var text = EmojiSummary.Describe(new EmojiResult([part], "/data/demo/emoji.png", TimeSpan.FromSeconds(150)), new Layout(null));

        Assert.Contains("emoji.png", text, StringComparison.Ordinal);
        Assert.Matches("food-and-drink +128 +800 +41\\.3 +18\\.7", text);
        Assert.Contains("ε 4.98 at δ 1e-03", text, StringComparison.Ordinal);
        Assert.Contains("public in the demo only", text, StringComparison.Ordinal);
        Assert.Contains("shown because they are public", text, StringComparison.Ordinal);
        Assert.Contains("Twemoji", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Sheet_has_three_columns_of_images_that_no_one_chose()
    {
        var shape = new ImageShape(32, 32, 3);
        var images = new ImageBatch(shape, 90);
        for (var i = 0; i < images.Count; i++)
        {
            images[i].Fill((byte)i);
        }

        var drawn = EmojiSheet.Draw(images, 40);
        Assert.Equal(40, Enumerable.Range(0, drawn.Count).Select(i => drawn[i][0]).Distinct().Count());
        Assert.Equal(drawn.Pixels, EmojiSheet.Draw(images, 40).Pixels);
        Assert.Equal(90, EmojiSheet.Draw(images, 100).Count);

        var score = new EmojiScore("symbols", 90, 90, 2, 1);
        var sheet = EmojiSheet.Render([new EmojiComparison(score, images, images, images)]);
        var header = sheet.AsSpan(16, 8);
        Assert.InRange((header[2] << 8) | header[3], 3 * 8 * 64, 3 * 8 * 64 + 400);
    }
}
