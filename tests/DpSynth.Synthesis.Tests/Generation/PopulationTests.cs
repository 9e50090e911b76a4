using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Generation;

public sealed class PopulationTests
{
    [Fact]
    public void Population_gives_every_candidate_to_exactly_one_job()
    {
        var cases =
            from size in Gen.Choose(1, 500)
            from classes in Gen.Choose(1, 12)
            from perShard in Gen.Choose(1, 60)
            select (size: Math.Max(size, classes), classes, perShard);

        Prop.ForAll(cases.ToArbitrary(), x =>
        {
            var recipe = Recipe(x.size, x.classes, x.perShard);
            var jobs = new Population(recipe, 0).Jobs;
            return jobs.Sum(job => job.Count) == x.size
                && jobs.All(job => job.Count >= 1 && job.Count <= x.perShard)
                && jobs.Select(job => job.Shard).SequenceEqual(Enumerable.Range(0, jobs.Count))
                && Enumerable.Range(0, x.classes).All(
                    classIndex => Covers(new Population(recipe, 0).JobsOf(classIndex), new Population(recipe, 0).Counts[classIndex]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Population_is_divided_evenly_whatever_the_private_classes_hold()
    {
        var recipe = Recipe(size: 11, classes: 3, perShard: 100);

        Assert.Equal([4, 4, 3], Enumerable.Range(0, 3).Select(classIndex => new Population(recipe, 0).Counts[classIndex]));
    }

    private static bool Covers(IReadOnlyList<GenerationJob> jobs, int count)
    {
        var next = 0;
        foreach (var job in jobs)
        {
            if (job.Start != next)
            {
                return false;
            }

            next += job.Count;
        }

        return next == count;
    }

    private static GenerationRecipe Recipe(int size, int classes, int perShard) => new()
    {
        RunId = "run",
        Classes = [.. Enumerable.Range(0, classes).Select(index => $"class-{index}")],
        Generator = new DrawTextOptions(),
        Embedder = new PixelsOptions(),
        Shape = new ImageShape(4, 4, 1),
        Steps = [new GenerationStep { Candidates = size, Degree = VariationDegree.Of(1) }],
        CandidatesPerShard = perShard,
        Seed = 0,
    };
}
