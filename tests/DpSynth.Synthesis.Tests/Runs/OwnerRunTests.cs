using System.Text;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs;

/// <summary>Runs whose unit of privacy is the owner.</summary>
public sealed class OwnerRunTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Owner_has_one_vote_over_all_classes_however_many_images(int neighbours)
    {
        run.Upload("dark/zoe", 30, 1500);
        run.Upload("light/zoe", 220, 700);
        run.Upload("light/adam", 220, 1);

        await run.RunAsync(Request(new FolderOwners(1), neighbours));

        var reserved = (await run.PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default))!;
        var one = reserved.Grid.UnitsPerVote;
        var squared = 0.0;
        for (var classIndex = 0; classIndex < 2; classIndex++)
        {
            squared += (await run.PrivateStore.ReadMeasurementAsync(Run, "iteration-001", classIndex, default))!.Sum(votes => (double)votes * votes);
        }

        // Two owners: the norm of the sum is at most two votes, and at least one because nothing is negative.
        Assert.InRange(Math.Sqrt(squared) / one, 0.99, 2);

        // Zoe has 1,500 of her images in one class and 700 in the other; Adam has his in the second.
        Assert.Equal([1500 * one / 2200, (700 * one / 2200) + one], await ClassCountsAsync());
        Assert.Contains("\"unit\": \"owner\"", run.Releases.Text("privacy.json"), StringComparison.Ordinal);
        Assert.DoesNotContain(run.Releases.Files.Keys
            .Where(static file => !file.EndsWith(".tar", StringComparison.Ordinal) && !file.EndsWith(".png", StringComparison.Ordinal)),
            file => run.Releases.Text(file).Contains("zoe", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Population_moves_to_where_most_owners_are_and_not_to_where_most_images_are()
    {
        run.Upload("all/hoarder", 220, 900);
        for (var owner = 0; owner < 30; owner++)
        {
            run.Upload($"all/owner-{owner:D2}", 30, 2);
        }

        await run.RunAsync(Request(new PatternOwners("^all/(?<owner>[^/]+)/")) with { ClassConditional = false });

        Assert.InRange((await run.BrightnessAsync(2, 0)).Average(), 5, 80);
    }

    [Fact]
    public async Task Table_beside_the_images_names_the_owners()
    {
        run.Upload("dark", 30, 12);
        run.Upload("light", 220, 12);
        Table([.. Images().Select((image, i) => $"{image},owner {i % 5}")]);

        await run.RunAsync(Request(new CsvOwners("owners.csv")));

        var owners = (await run.PrivateStore.ReadMeasurementAsync(Run, MeasurementKeys.ClassCounts, 0, default))!.Sum() / 1024.0;
        Assert.InRange(owners, 4.98, 5);
    }

    [Fact]
    public async Task Table_that_changes_while_shards_are_embedded_ends_the_run_before_anything_is_spent()
    {
        run.Upload("dark", 30, 3);
        run.Upload("light", 220, 3);
        Table([.. Images().Select(image => $"{image},zoe")]);
        var plan = await run.PlanAsync(Request(new CsvOwners("owners.csv")));
        await run.Embedding.EmbedAsync(Run, 0, default);

        // Zoe's images in the other class would count for another owner: she would have two votes.
        Table([.. Images().Where(image => image != "owners.csv").Select(
            image => $"{image},{(image.StartsWith("dark", StringComparison.Ordinal) ? "zoe" : "z.")}")]);

        var changed = await Assert.ThrowsAsync<DatasetChangedException>(() => run.Embedding.EmbedAsync(Run, 1, default));
        Assert.StartsWith("A file of the dataset 'cats' was replaced or removed", changed.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DatasetChangedException>(async () =>
        {
            await run.PrivateStore.TryCreateRecordAsync(
                Run, EmbeddedShard.RecordName(1), new EmbeddedShard { Images = 0, Unreadable = [], FingerprintBytes = [] }, default);
            await run.ImageCheck.FindRefusalAsync(Run, default);
        });
        Assert.Equal(8, plan.Lanes);
        Assert.Empty((await run.Ledger.ReadAsync("cats", default)).Runs);
    }

    [Fact]
    public async Task Path_without_the_owners_folder_is_refused_with_file_names_and_nothing_spent()
    {
        run.Upload("dark/zoe", 30, 5);
        run.Upload("dark", 30, 12);

        var fault = await FindFaultAsync(Request(new FolderOwners(1)));

        Assert.Equal(
            "The dataset 'cats' has 12 images whose owner is not told by the folder at level 1 of each image's path (cats/dark/0000.png; "
                + "cats/dark/0001.png; cats/dark/0002.png; cats/dark/0003.png; cats/dark/0004.png; cats/dark/0005.png; cats/dark/0006.png; "
                + "cats/dark/0007.png; cats/dark/0008.png; cats/dark/0009.png and 2 more); give each image an owner, or correct the policy.",
            fault);
        Assert.Empty((await run.Ledger.ReadAsync("cats", default)).Runs);
    }

    [Fact]
    public async Task Pattern_that_does_not_match_an_image_is_refused()
    {
        run.Upload("dark", 30, 3);

        Assert.StartsWith(
            "The dataset 'cats' has 2 images whose owner is not told by the pattern that the dataset's policy gives, on each image's path (cats/dark/0001.png; "
                + "cats/dark/0002.png)",
            await FindFaultAsync(Request(new PatternOwners("(?<owner>0000)"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_misses_images_is_refused_without_naming_an_owner()
    {
        run.Upload("dark", 30, 4);
        Table(["dark/0000.png,zoe", "dark/0002.png,zoe"]);

        var fault = await FindFaultAsync(Request(new CsvOwners("owners.csv")));

        Assert.StartsWith(
            "The dataset 'cats' has 2 images whose owner is not told by the table owners.csv in the dataset's folder (cats/dark/0001.png; "
                + "cats/dark/0003.png)", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("zoe", fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Table_that_names_unknown_images_is_refused_without_naming_an_owner()
    {
        run.Upload("dark", 30, 2);
        Table(["dark/0000.png,zoe", "dark/0001.png,adam", "dark/0007.png,zoe", "light/0000.png,adam"]);

        Assert.Equal(
            "The table of owners 'owners.csv' names 2 images that the dataset 'cats' does not have (dark/0007.png; light/0000.png); correct or remove "
                + "these rows.",
            await FindFaultAsync(Request(new CsvOwners("owners.csv"))));
    }

    [Theory]
    [InlineData(null, "There is no table of owners 'owners.csv' in the dataset 'cats'")]
    [InlineData("a,b\n", "The table of owners 'owners.csv' of the dataset 'cats' cannot be used: its first row must be 'image,owner'.")]
    public async Task Table_that_cannot_be_used_refuses_the_run_before_an_image_is_read(string? csv, string expected)
    {
        run.Upload("dark", 30, 2);
        if (csv is not null)
        {
            run.PrivateStore.Blobs["cats/owners.csv"] = Encoding.UTF8.GetBytes(csv);
        }

        var plan = await run.PlanAsync(Request(new CsvOwners("owners.csv")));

        Assert.Equal(Refusal.PrivateData, plan.Refusal);
        Assert.StartsWith(expected, await run.DetailAsync(Refusal.PrivateData), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(21, "A population of 40 leaves some of the dataset's 2 classes with fewer candidates than the 21 that an image votes for; raise "
        + "'evolution.populationSizes' to at least 42, or ask for fewer 'evolution.neighbours'.")]
    [InlineData(20, null)]
    public async Task More_neighbours_than_a_class_has_candidates_are_refused_before_anything_is_read(int neighbours, string? expected)
    {
        run.Upload("dark/zoe", 30, 2);
        run.Upload("light/zoe", 220, 2);

        Assert.Equal(expected, (await run.PlanAsync(Request(new FolderOwners(1), neighbours))).Refusal?.Sentence);
    }

    [Fact]
    public async Task Owners_are_found_in_archives_too()
    {
        run.Upload("dark/part.tar!zoe", 30, 3);
        run.Upload("dark/part.tar!adam", 30, 3);

        await run.RunAsync(Request(new FolderOwners(2)) with
        {
            Delta = null,
            Privacy = new PrivacyOptions { Owners = new FolderOwners(2), ClassCounts = ClassCounts.Public, DatasetSize = 10 }
        });

        var reserved = await run.PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default);
        Assert.Equal([2 * 1024], reserved!.Recipe.ClassWeights);
    }

    public void Dispose() => run.Dispose();

    private string[] Images() => [.. run.PrivateStore.Blobs.Keys.Select(static name => name["cats/".Length..])];

    private void Table(string[] rows) => run.PrivateStore.Blobs["cats/owners.csv"] = Encoding.UTF8.GetBytes("image,owner\n" + string.Join('\n', rows) + "\n");

    private async Task<string?> FindFaultAsync(RunRequest request)
    {
        var plan = await run.PlanAsync(request);
        Assert.Null(plan.Refusal);
        await run.EmbedAsync(plan.Lanes);
        var refusal = await run.ImageCheck.FindRefusalAsync(Run, default);
        Assert.True(refusal is null || refusal == Refusal.PrivateData);
        return refusal is null ? null : await run.DetailAsync(refusal);
    }

    private async Task<IEnumerable<long>> ClassCountsAsync() => (await run.PrivateStore.ReadMeasurementAsync(Run, MeasurementKeys.ClassCounts, 0, default))!;

    private static RunRequest Request(OwnerSource owners, int neighbours = 1) => RunHarness.Request(new EvolutionOptions
    {
        PopulationSizes = [40, 40, 20],
        VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.3), VariationDegree.Of(0.1)],
        Lookahead = 0,
        Neighbours = neighbours,
    }) with
    { Privacy = new PrivacyOptions { Owners = owners } };
}
