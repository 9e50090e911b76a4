using DpSynth.Catalogue.Pixels;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.ImageServer.Faults;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using Xunit.Abstractions;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class FaultInjectionTests(ITestOutputHelper output)
{
    private const int Candidates = 100;
    private const int Lookahead = 3;

    /// <summary>
    /// The most that a share p of faults may add to the cost: every image needs 1/(1 − p) requests in the mean, each paid if its fault comes
    /// after the image was made. At 30 % that is 1.43 if all faults are of that kind; stated with a margin for chance.
    /// </summary>
    private const decimal CostFactor = 1.5m;

    private static readonly EvolutionOptions _evolution = new()
    {
        PopulationSizes = [Candidates, Candidates],
        VariationDegrees = [VariationDegree.Of(0.5), VariationDegree.Of(0.5)],
        Lookahead = Lookahead,
    };

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Run_of_500_images_completes_with_every_image_once_when_30_percent_of_answers_fail(ImageApiService service)
    {
        ServerFault[] kinds =
        [
            ServerFault.TooManyRequests, ServerFault.TooManyRequestsUntilDate, ServerFault.ServerError, ServerFault.Unavailable, ServerFault.SlowBody,
            ServerFault.TruncatedJson, ServerFault.ConnectionReset, ServerFault.WrongContentType, ServerFault.NotAnImage, ServerFault.ContentPolicy,
        ];
        await using var harness = await ImageApiHarness.StartAsync(options => options with { Faults = FaultPlan.Random(0.3, kinds, seed: 1) }, service);
        var recipe = Recipe();
        var estimate = recipe.Generator.CostOf(_evolution.Work, recipe.Shape)!.Value;
        Assert.Equal(500, _evolution.Work.Images);
        await harness.Candidates.WriteRecipeAsync(recipe, default);
        await harness.Candidates.WriteParentsAsync(
            ImageApiHarness.Run, 1,
                new ParentList([new ClassParents([.. Enumerable.Range(0, Candidates)
                    .Select(i => new CandidateReference(i % 4, i % 25))], Candidates)]), default);

        // Two workers share the jobs, as the queue shares them; a job that fails is tried again, as the queue does.
        ShardMaker[] workers = [Worker(), Worker()];
        for (var generation = 0; generation <= 1; generation++)
        {
            await Parallel.ForEachAsync(new Population(recipe, generation).Jobs, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (job, token) =>
            {
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        await workers[job.Shard % 2].RunAsync(job, token);
                        return;
                    }
                    catch (Exception fault) when (attempt < 5 && fault is not GenerationException)
                    {
                        output.WriteLine($"Job {job.Generation}/{job.Shard}: {fault.Message}");
                    }
                }
            });
        }

        var spending = await harness.SpendingAsync();
        var counts = harness.Server.Counts;
        output.WriteLine($"estimate {estimate}, {spending}");
        output.WriteLine($"{counts}");
        Assert.Equal(500, harness.Drawings.Kept.Distinct().Count());
        Assert.Equal(500, harness.Drawings.Kept.Count);
        Assert.Equal(500, spending.Images);
        for (var generation = 0; generation <= 1; generation++)
        {
            foreach (var job in new Population(recipe, generation).Jobs)
            {
                Assert.Equal(job.Count, (await harness.Candidates.ReadCandidatesAsync(job.ShardId, withImages: true, default)).Images!.Count);
            }
        }

        // Our own books never say less than what the provider bills, and both stay below the bound.
        Assert.Equal(0, spending.Held);
        Assert.Equal(counts.Requests, spending.Requests);
        Assert.Equal(counts.Refused, spending.Refusals);
        Assert.InRange(spending.Cost, counts.Billed * ImageApiHarness.Price, estimate * CostFactor);
        Assert.True(counts.Faults > 100);

        ShardMaker Worker() => harness.Worker(settings => settings with { AttemptTimeout = TimeSpan.FromSeconds(2), InitialConcurrency = 16 });
    }

    private static GenerationRecipe Recipe() => new()
    {
        RunId = ImageApiHarness.Run,
        Classes = ["cat"],
        Generator = ImageApiHarness.Options with { Redraws = 20, MaxRefusals = 1000 },
        Embedder = new PixelsOptions(),
        Shape = ImageApiHarness.Shape,
        Steps = [.. Synthesis.PrivateEvolution.Generation.Steps(_evolution, embedsPublished: false)],
        CandidatesPerShard = 25,
        Seed = 1,
    };
}
