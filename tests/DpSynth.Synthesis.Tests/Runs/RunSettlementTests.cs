using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs;

public sealed class RunSettlementTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();

    [Fact]
    public async Task Private_class_counts_take_their_share_of_the_budget_and_divide_the_population()
    {
        await PrepareAsync(Request with { Epsilon = 2 }, dark: 60, light: 20);

        await run.Settlement(new ConstantNoise(1)).SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.Equal([61, 21], await ClassCountsAsync());
        Assert.Equal([61, 21], settled.Recipe.ClassWeights);
        Assert.Equal([30, 10], settled.Recipe.Generation(0).Counts);
        var precisions = settled.Releases.Select(release => 1 / ((DiscreteGaussianEvent)release.Event).SigmaSquared.ToDouble()).ToList();
        var (counts, iterations) = (precisions[0], precisions[1..].Sum());
        Assert.InRange(counts / (counts + iterations), 0.045, 0.055);
        Assert.InRange(Cost.EpsilonOf(settled, settled.Releases), 1.9, 2);
        Assert.Equal((1e-5, DeltaSource.Request), (settled.Delta, settled.DeltaSource));
        Assert.Equal(["class-counts"], await SpentAsync());
    }

    [Fact]
    public async Task Public_class_counts_divide_the_population_and_cost_nothing()
    {
        await PrepareAsync(With(new PrivacyOptions { ClassCounts = ClassCounts.Public }), dark: 60, light: 20);

        await run.Settlement().SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.False(settled.ReleasesClassCounts);
        Assert.Equal([60, 20], settled.Recipe.ClassWeights);
        Assert.Empty(await SpentAsync());
    }

    [Fact]
    public async Task Even_classes_use_nothing_of_the_classes_sizes()
    {
        await PrepareAsync(With(new PrivacyOptions { ClassCounts = ClassCounts.Even }), dark: 60, light: 20);

        await run.Settlement().SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.False(settled.ReleasesClassCounts);
        Assert.Equal([20, 20], settled.Recipe.Generation(0).Counts);
        Assert.Empty(await SpentAsync());
    }

    [Theory]
    [InlineData(null, 1000, ClassCounts.Private, DeltaSource.DeclaredSize, 1000)]
    [InlineData(null, 1000, ClassCounts.Public, DeltaSource.DeclaredSize, 1000)]
    [InlineData(null, null, ClassCounts.Public, DeltaSource.DeclaredSize, 80)]
    [InlineData(null, null, ClassCounts.Private, DeltaSource.NoisySize, 86)]
    public async Task Missing_delta_comes_from_a_declared_public_or_noisy_size(double? delta, int? size, ClassCounts classCounts, DeltaSource source, double n)
    {
        await PrepareAsync(With(new PrivacyOptions { DatasetSize = size, ClassCounts = classCounts }) with { Delta = delta }, dark: 60, light: 20);

        var summary = await run.Settlement(new ConstantNoise(3)).SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.Equal(source, settled.DeltaSource);
        Assert.Equal(1 / (n * Math.Log(n)), settled.Delta, 1e-15);
        Assert.Equal(settled.Delta, summary.Delta);
        Assert.InRange(Cost.EpsilonOf(settled, settled.Releases), 7.6, 8);
    }

    [Fact]
    public async Task Size_too_small_to_derive_a_delta_from_ends_the_run_and_says_what_it_cost()
    {
        var request = Request with { Delta = null };
        await PrepareAsync(request, dark: 5, light: 4);

        var summary = await run.Settlement().SettleAsync(Run, default);

        Assert.StartsWith("The dataset 'cats' counts fewer than 10 images with noise, too few to derive 'delta' from; give 'delta'", summary.Refusal, StringComparison.Ordinal);
        Assert.EndsWith("at δ = 1e-9.", summary.Refusal, StringComparison.Ordinal);
        var closed = await new RunClosure(run.PrivateStore, run.Candidates, run.Drawings, run.Ledger).CloseAsync(Run, default);
        Assert.Equal((summary.EpsilonSpent, summary.Delta), (closed.EpsilonSpent, closed.Delta));
        Assert.InRange(closed.EpsilonSpent, 0.1, 8);
    }

    [Fact]
    public async Task Cap_that_admits_the_class_counts_but_not_the_iterations_refuses_and_keeps_the_spend()
    {
        await PrepareAsync(Request with { Delta = null, Epsilon = 2 }, dark: 60, light: 20);
        await run.Ledger.SetCapAsync("cats", 1, 1e-5, default);

        var summary = await run.Settlement().SettleAsync(Run, default);

        Assert.Matches("^The dataset 'cats' has a budget of ε = 1 at δ = 1e-5, .* The noisy class counts released before that cost ε = 0\\.[0-9]+ at δ = ", summary.Refusal);
        Assert.Null(await run.Candidates.ReadRecipeAsync(Run, default));
        Assert.Equal(["class-counts"], await SpentAsync());
    }

    [Fact]
    public async Task Refused_budget_spends_nothing_and_draws_nothing()
    {
        await PrepareAsync(Request with { Epsilon = 2 }, dark: 60, light: 20);
        await run.Ledger.SetCapAsync("cats", 1, 1e-5, default);
        var noise = new ConstantNoise(1);

        var summary = await run.Settlement(noise).SettleAsync(Run, default);

        Assert.StartsWith("The dataset 'cats' has a budget of ε = 1 at δ = 1e-5", summary.Refusal, StringComparison.Ordinal);
        Assert.Equal(0, noise.Draws);
        Assert.Empty(await SpentAsync());
        Assert.Equal(0, (await run.Ledger.ReadAsync("cats", default)).CommittedEpsilon);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<SettledRun>(Run, SettledRun.RecordName, default));
    }

    [Theory]
    [InlineData("spent-class-counts")]
    [InlineData("released-class-counts-0")]
    [InlineData(SettledRun.RecordName)]
    public async Task Settlement_that_is_broken_off_anywhere_and_tried_again_draws_and_spends_once(string brokenOffAt)
    {
        await PrepareAsync(Request with { Delta = null }, dark: 60, light: 20);
        run.PrivateStore.BeforeWrite = name =>
        {
            if (name == brokenOffAt)
            {
                throw new IOException("The host was killed.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => run.Settlement(new ConstantNoise(1)).SettleAsync(Run, default));
        var first = await run.PrivateStore.ReadReleaseAsync(Run, ReleaseKeys.ClassCounts, 0, default);
        run.PrivateStore.BeforeWrite = _ => { };

        var second = await run.Settlement(new ConstantNoise(5)).SettleAsync(Run, default);
        var third = await run.Settlement(new ConstantNoise(9)).SettleAsync(Run, default);

        Assert.Equal(second, third);
        Assert.Equal(first ?? [65, 25], (await SettledAsync()).Recipe.ClassWeights);
        Assert.Equal(["class-counts"], await SpentAsync());
        Assert.Equal(["class-counts", "iteration-001"], (await run.Ledger.ReadAsync("cats", default)).Runs.Single().Releases.Select(release => release.Key));
    }

    [Fact]
    public async Task Unconditional_run_with_a_delta_has_no_use_for_counts_and_pays_for_none()
    {
        await PrepareAsync(Request with { ClassConditional = false }, dark: 10, light: 10);

        await run.Settlement().SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.False(settled.ReleasesClassCounts);
        Assert.Empty(await SpentAsync());
        Assert.InRange(Cost.EpsilonOf(settled, settled.ReleasesThrough("iteration-001")), 7.6, 8);
    }

    [Fact]
    public async Task Record_that_an_earlier_version_wrote_has_the_same_releases()
    {
        await PrepareAsync(Request, dark: 60, light: 20);
        await run.Settlement().SettleAsync(Run, default);
        var settled = await SettledAsync();

        var written = JsonNode.Parse(JsonSerializer.Serialize(settled, SynthesisJson.Options))!.AsObject();
        written.Remove("releases");
        written["classCounts"] = Apart(settled.Releases[0]);
        written["iterations"] = new JsonArray([.. settled.Releases.Skip(1).Select(Apart)]);
        var read = written.Deserialize<SettledRun>(SynthesisJson.Options)!;

        Assert.Equal(settled.Releases, read.Releases);
        Assert.True(read.ReleasesClassCounts);
        Assert.Equal(settled.Releases, JsonSerializer.Deserialize<SettledRun>(JsonSerializer.Serialize(read, SynthesisJson.Options), SynthesisJson.Options)!.Releases);

        static JsonNode? Apart(PlannedRelease release) => JsonSerializer.SerializeToNode((DiscreteGaussianEvent)release.Event, SynthesisJson.Options);
    }

    [Fact]
    public async Task Replace_one_takes_more_noise_for_the_same_epsilon()
    {
        await PrepareAsync(With(new PrivacyOptions { Adjacency = Adjacency.ReplaceOne }) with { Epsilon = 1 }, dark: 10, light: 10);
        await run.Settlement().SettleAsync(Run, default);
        using var other = new RunHarness();
        await PrepareAsync(Request with { Epsilon = 1 }, dark: 10, light: 10, other);
        await other.Settlement().SettleAsync(Run, default);

        var ratio = (await SettledAsync()).NoiseInVotes("iteration-001") / (await SettledAsync(other)).NoiseInVotes("iteration-001");

        Assert.InRange(ratio, 1.41, 1.42);
    }

    [Fact]
    public async Task Several_neighbours_are_counted_on_a_grid_and_cost_as_one_vote_does()
    {
        await PrepareAsync(Request with { Epsilon = 1, Evolution = Evolution with { Neighbours = 3 } }, dark: 10, light: 10);

        await run.Settlement().SettleAsync(Run, default);

        var settled = await SettledAsync();
        Assert.Equal(new VoteGrid(10), settled.Grid);
        var first = Assert.IsType<DiscreteGaussianEvent>(settled.Release("iteration-001").Event);
        Assert.Equal((1024L, ContributionShape.Vector), (first.Sensitivity, first.Contribution));
        Assert.InRange(settled.NoiseInVotes("iteration-001"), 1, 10);
        Assert.Equal([10 * 1024, 10 * 1024], settled.Recipe.ClassWeights);
    }

    [Fact]
    public async Task Dataset_whose_images_belong_to_two_lineages_is_refused_before_anything_is_reserved()
    {
        await PrepareAsync(Request, dark: 1, light: 1);
        var blobs = run.PrivateStore.Blobs.Values.ToArray();
        await run.Ledger.FollowLineageAsync("one", new HashSet<ImageFingerprint> { Fingerprint(blobs[0]) }, default);
        await run.Ledger.FollowLineageAsync("two", new HashSet<ImageFingerprint> { Fingerprint(blobs[1]) }, default);
        await run.Ledger.ReserveAsync("one", "earlier", [new PlannedRelease("a", new GaussianEvent { NoiseMultiplier = 5 })], default);
        await run.Ledger.ReserveAsync("two", "other", [new PlannedRelease("a", new GaussianEvent { NoiseMultiplier = 5 })], default);

        var summary = await run.Settlement().SettleAsync(Run, default);

        Assert.NotNull(summary.Refusal);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<SettledRun>(Run, SettledRun.RecordName, default));
    }

    public void Dispose() => run.Dispose();

    private static EvolutionOptions Evolution { get; } =
        new() { PopulationSizes = [40, 40], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)], Lookahead = 0 };

    private static RunRequest Request => RunHarness.Request(Evolution);

    private static RunRequest With(PrivacyOptions privacy) => Request with { Privacy = privacy };

    private static ImageFingerprint Fingerprint(byte[] encoded) => new(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(encoded)));

    private async Task PrepareAsync(RunRequest request, int dark, int light, RunHarness? harness = null)
    {
        harness ??= run;
        harness.Upload("dark", 30, dark);
        harness.Upload("light", 220, light);
        var plan = await harness.Planner(request).PlanAsync(Run, default);
        Assert.Null(plan.Refusal);
        await harness.EmbedAsync(plan.PrivateShards);
    }

    private async Task<IEnumerable<long>> ClassCountsAsync() => (await run.PrivateStore.ReadReleaseAsync(Run, ReleaseKeys.ClassCounts, 0, default))!;

    private async Task<SettledRun> SettledAsync(RunHarness? harness = null) =>
        (await (harness ?? run).PrivateStore.ReadRecordAsync<SettledRun>(Run, SettledRun.RecordName, default))!;

    private async Task<IEnumerable<string>> SpentAsync() =>
        from own in (await run.Ledger.ReadAsync("cats", default)).Runs
        where own.RunId == Run
        from release in own.Releases
        where release.SpentAt is not null
        select release.Key;

    /// <summary>The same number for every draw.</summary>
    private sealed class ConstantNoise(long value) : IDiscreteGaussianNoise
    {
        public int Draws { get; private set; }

        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
        {
            Draws += destination.Length;
            destination.Fill(value);
        }
    }
}
