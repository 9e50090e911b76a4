using System.Formats.Tar;
using DpSynth.Catalogue;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.StableDiffusion;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Demo;
using DpSynth.Cli.Demo.Emoji;
using DpSynth.Cli.Runs;
using DpSynth.Cli.Terminals;
using DpSynth.Imaging;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Tests.Demo;

public sealed class EmojiTests
{
    private static readonly Surroundings _surroundings = Surroundings.OfProcess();

    [Fact]
    public async Task Requests_name_one_prompt_only_and_the_model_that_ships()
    {
        foreach (var part in new[] { EmojiPart.Food, EmojiPart.Classes })
        {
            var demo = DemoRequest.Load(_surroundings, part.Sample, part.Sample, new DemoOptions(EmojiDemo.Epsilon, 0, Keep: false), DateTimeOffset.UnixEpoch);
            var request = RequestParts.Reader.Read(demo.Json);

            Assert.Equal(part.HasClasses, request.ClassConditional);
            Assert.Equal(["an emoji"], Assert.IsType<StableDiffusionOptions>(request.Generator).Prompts);
            Assert.True(Directory.Exists(Path.Combine(_surroundings.Home, "models", Assert.IsType<OnnxImageOptions>(request.Embedder).Model)));
            Assert.InRange(demo.Delta, 0, 1.0 / (await part.ReadAsync(_surroundings.Home, CancellationToken.None)).Sum(source => source.Images.Count));
            Assert.Equal(part.Sample, request.Dataset);
        }
    }

    [Fact]
    public async Task Parts_share_no_image_and_have_no_flags()
    {
        Assert.Empty(EmojiPart.Food.Categories.Intersect(EmojiPart.Classes.Categories, StringComparer.Ordinal));
        Assert.Null(Assert.Single(await EmojiPart.Food.ReadAsync(_surroundings.Home, CancellationToken.None)).Name);
        Assert.Equal(
            EmojiPart.Classes.Categories, (await EmojiPart.Classes.ReadAsync(_surroundings.Home, CancellationToken.None)).Select(source => source.Name));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => (EmojiPart.Food with { Categories = ["flags"] }).ReadAsync(_surroundings.Home, CancellationToken.None));
    }

    [Fact]
    public async Task Parts_are_what_an_upload_of_the_unpacked_archive_finds()
    {
        var folder = Directory.CreateTempSubdirectory("dpsynth-");
        try
        {
            await TarFile.ExtractToDirectoryAsync(EmojiPart.Archive(_surroundings.Home), folder.FullName, overwriteFiles: false);

            await AssertSameAsync(
                DatasetSource.Open(Path.Combine(folder.FullName, EmojiPart.Food.Categories[0]), labels: null),
                await EmojiPart.Food.ReadAsync(_surroundings.Home, CancellationToken.None));
            await AssertSameAsync(
                DatasetSource.Open(folder.FullName, labels: null, EmojiPart.Classes.Categories),
                await EmojiPart.Classes.ReadAsync(_surroundings.Home, CancellationToken.None));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Archive_holds_the_pictures_that_its_table_names()
    {
        var archive = EmojiPart.Archive(_surroundings.Home);
        using var stream = File.OpenRead(archive);
        using var reader = new TarReader(stream);
        var names = new List<string>();
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType == TarEntryType.RegularFile)
            {
                names.Add(entry.Name);
            }
        }

        var table = File.ReadLines(Path.Combine(Path.GetDirectoryName(archive)!, "metadata.csv")).Skip(1).Select(line => line.Split(',')[0]);
        Assert.Equal(1601, names.Count);
        Assert.Equal(table.Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public async Task Missing_archive_is_named()
    {
        var fault = await Assert.ThrowsAsync<CommandException>(() => EmojiPart.Food.ReadAsync("/nowhere", CancellationToken.None));

        Assert.Equal(ExitCode.NotFound, fault.ExitCode);
        Assert.Contains("/nowhere/samples/fluent-emoji/pictures.tar", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_tells_distances_cost_and_that_the_private_images_are_public()
    {
        var run = new RunView
        {
            Id = "emoji-food-1",
            Dataset = "emoji-food",
            State = RunState.Succeeded,
            Epsilon = 5,
            Delta = 1e-3,
            EpsilonSpent = 4.98,
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

    private static async Task AssertSameAsync(IReadOnlyList<SourceClass> expected, IReadOnlyList<SourceClass> actual)
    {
        Assert.Equal(expected.Select(source => source.Name), actual.Select(source => source.Name));
        foreach (var (wanted, found) in expected.Zip(actual))
        {
            Assert.Equal(wanted.Images.Select(image => (image.Name, image.Length)), found.Images.Select(image => (image.Name, image.Length)));
            foreach (var (file, entry) in wanted.Images.Zip(found.Images))
            {
                Assert.Equal(await file.ReadAsync(CancellationToken.None), await entry.ReadAsync(CancellationToken.None));
            }
        }
    }
}
