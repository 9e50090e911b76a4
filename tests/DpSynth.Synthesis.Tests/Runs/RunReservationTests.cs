using System.Buffers.Binary;
using System.Security.Cryptography;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;

namespace DpSynth.Synthesis.Tests.Runs;

public sealed class RunReservationTests : IDisposable
{
    private const string Run = RunHarness.Run;

    private readonly RunHarness run = new();

    [Fact]
    public async Task Private_class_counts_take_their_share_of_the_budget_and_divide_the_population()
    {
        await PrepareAsync(Request with { Epsilon = 2 }, dark: 60, light: 20);

        await run.Reservation(new ConstantNoise(1)).ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.Equal([61, 21], await ClassCountsAsync());
        Assert.Equal([61, 21], reserved.Recipe.ClassWeights);
        Assert.Equal([30, 10], reserved.Generation(0).Counts);
        var precisions = reserved.Measurements.Select(measurement => 1 / ((DiscreteGaussianEvent)measurement.Event).SigmaSquared.ToDouble()).ToList();
        var (counts, iterations) = (precisions[0], precisions[1..].Sum());
        Assert.InRange(counts / (counts + iterations), 0.045, 0.055);
        Assert.InRange(Cost.EpsilonOf(reserved, reserved.Measurements), 1.9, 2);
        Assert.Equal((1e-5, DeltaSource.Request), (reserved.Delta, reserved.DeltaSource));
        Assert.Equal(["class-counts"], await SpentAsync());
    }

    [Fact]
    public async Task Public_class_counts_divide_the_population_and_cost_nothing()
    {
        await PrepareAsync(With(new PrivacyOptions { ClassCounts = ClassCounts.Public }), dark: 60, light: 20);

        await run.Reservation().ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.False(reserved.MeasuresClassCounts);
        Assert.Equal([60, 20], reserved.Recipe.ClassWeights);
        Assert.Empty(await SpentAsync());
    }

    [Fact]
    public async Task Even_classes_use_nothing_of_the_classes_sizes()
    {
        await PrepareAsync(With(new PrivacyOptions { ClassCounts = ClassCounts.Even }), dark: 60, light: 20);

        await run.Reservation().ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.False(reserved.MeasuresClassCounts);
        Assert.Equal([20, 20], reserved.Generation(0).Counts);
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

        var summary = await run.Reservation(new ConstantNoise(3)).ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.Equal(source, reserved.DeltaSource);
        Assert.Equal(Math.Min(1 / (n * Math.Log(n)), size is { } given ? DatasetPolicy.LargestDelta(given) : 1), reserved.Delta, 1e-15);
        Assert.Equal(reserved.Delta, summary.Delta);
        Assert.InRange(Cost.EpsilonOf(reserved, reserved.Measurements), 7.6, 8);
    }

    [Fact]
    public async Task Delta_of_a_small_dataset_is_that_of_ten_units_and_at_most_what_the_policy_allows()
    {
        await PrepareAsync(Request with { Delta = null }, dark: 5, light: 4);
        Assert.Equal(1 / (10 * Math.Log(10)), (await run.Reservation().ReserveAsync(Run, default)).Delta!.Value, 1e-12);

        using var strict = new RunHarness { Policy = Policies.Of("dark", "light") with { LargestRun = new LedgerCap(10, 1e-4) } };
        await PrepareAsync(Request with { Delta = null }, dark: 5, light: 4, strict);
        Assert.Equal(1e-4, (await strict.Reservation().ReserveAsync(Run, default)).Delta);
    }

    [Fact]
    public async Task Cap_that_admits_the_class_counts_but_not_the_iterations_refuses_and_keeps_the_spend()
    {
        await PrepareAsync(Request with { Delta = null, Epsilon = 2 }, dark: 60, light: 20);
        await run.Ledger.SetCapAsync("cats", 1, 1e-5, default);

        var summary = await run.Reservation().ReserveAsync(Run, default);

        Assert.Equal(Refusal.Budget, summary.Refusal);
        Assert.Matches("^The dataset 'cats' has a budget of ε = 1 at δ = 1e-5, .* The noisy class counts measured before that cost ε = 0\\.[0-9]+ at δ "
            + "= ", await run.DetailAsync(Refusal.Budget));
        Assert.Null(await run.Candidates.ReadRecipeAsync(Run, default));
        Assert.Equal(["class-counts"], await SpentAsync());
    }

    [Fact]
    public async Task Refused_budget_spends_nothing_and_draws_nothing()
    {
        await PrepareAsync(Request with { Epsilon = 2 }, dark: 60, light: 20);
        await run.Ledger.SetCapAsync("cats", 1, 1e-5, default);
        var noise = new ConstantNoise(1);

        var summary = await run.Reservation(noise).ReserveAsync(Run, default);

        Assert.Equal((Refusal.Budget, null), (summary.Refusal, summary.Delta));
        Assert.StartsWith("The dataset 'cats' has a budget of ε = 1 at δ = 1e-5", await run.DetailAsync(Refusal.Budget), StringComparison.Ordinal);
        Assert.Equal(0, noise.Draws);
        Assert.Empty(await SpentAsync());
        Assert.Equal(0, (await run.Ledger.ReadAsync("cats", default)).CommittedEpsilon);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default));
    }

    [Theory]
    [InlineData("spent-class-counts")]
    [InlineData("measured-class-counts-0")]
    [InlineData(ReservedRun.RecordName)]
    public async Task Reservation_that_is_broken_off_anywhere_and_tried_again_draws_and_spends_once(string brokenOffAt)
    {
        await PrepareAsync(Request with { Delta = null }, dark: 60, light: 20);
        run.PrivateStore.BeforeWrite = name =>
        {
            if (name == brokenOffAt)
            {
                throw new IOException("The host was killed.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => run.Reservation(new ConstantNoise(1)).ReserveAsync(Run, default));
        var first = await run.PrivateStore.ReadMeasurementAsync(Run, MeasurementKeys.ClassCounts, 0, default);
        run.PrivateStore.BeforeWrite = _ => { };

        var second = await run.Reservation(new ConstantNoise(5)).ReserveAsync(Run, default);
        var third = await run.Reservation(new ConstantNoise(9)).ReserveAsync(Run, default);

        Assert.Equal(second, third);
        Assert.Equal(first ?? [65, 25], (await ReservedAsync()).Recipe.ClassWeights);
        Assert.Equal(["class-counts"], await SpentAsync());
        Assert.Equal(["class-counts", "iteration-001"], (await run.Ledger.ReadAsync("cats", default)).Runs.Single().Measurements.Select(made => made.Key));
    }

    [Fact]
    public async Task Unconditional_run_with_a_delta_has_no_use_for_counts_and_pays_for_none()
    {
        await PrepareAsync(Request with { ClassConditional = false }, dark: 10, light: 10);

        await run.Reservation().ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.False(reserved.MeasuresClassCounts);
        Assert.Empty(await SpentAsync());
        Assert.InRange(Cost.EpsilonOf(reserved, reserved.MeasurementsThrough("iteration-001")), 7.6, 8);
    }

    [Fact]
    public async Task Run_of_a_plan_that_nobody_knows_is_closed_with_what_it_has_cost()
    {
        await PrepareAsync(Request, dark: 60, light: 20);
        await run.Reservation().ReserveAsync(Run, default);
        var plan = (await run.PrivateStore.ReadRecordAsync<RunPlan>(Run, RunPlan.RecordName, default))!;
        run.PrivateStore.Replace(Run, RunPlan.RecordName, plan with { SchemaVersion = RunPlan.KnownSchemaVersion + 1 });

        var closed = await new RunClosure(run.PrivateStore, run.Candidates, run.Drawings, run.Ledger).CloseAsync(Run, default);

        var budget = await run.Ledger.ReadAsync("cats", default);
        Assert.True(Assert.Single(budget.Runs).Closed);
        Assert.Equal((budget.SpentEpsilon, budget.CapDelta), (closed.EpsilonSpent, closed.Delta));
        Assert.InRange(closed.EpsilonSpent, 0.01, 8);
    }

    [Fact]
    public async Task Replace_one_takes_more_noise_for_the_same_epsilon()
    {
        await PrepareAsync(With(new PrivacyOptions { Adjacency = Adjacency.ReplaceOne }) with { Epsilon = 1 }, dark: 10, light: 10);
        await run.Reservation().ReserveAsync(Run, default);
        using var other = new RunHarness();
        await PrepareAsync(Request with { Epsilon = 1 }, dark: 10, light: 10, other);
        await other.Reservation().ReserveAsync(Run, default);

        var ratio = (await ReservedAsync()).NoiseInVotes("iteration-001") / (await ReservedAsync(other)).NoiseInVotes("iteration-001");

        Assert.InRange(ratio, 1.41, 1.42);
    }

    [Fact]
    public async Task Several_neighbours_are_counted_on_a_grid_and_cost_as_one_vote_does()
    {
        await PrepareAsync(Request with { Epsilon = 1, Options = Evolution with { Neighbours = 3 } }, dark: 10, light: 10);

        await run.Reservation().ReserveAsync(Run, default);

        var reserved = await ReservedAsync();
        Assert.Equal(new VoteGrid(10), reserved.Grid);
        var first = Assert.IsType<DiscreteGaussianEvent>(reserved.Measurement("iteration-001").Event);
        Assert.Equal((1024L, ContributionShape.Vector), (first.Sensitivity, first.Contribution));
        Assert.InRange(reserved.NoiseInVotes("iteration-001"), 1, 10);
        Assert.Equal([10 * 1024, 10 * 1024], reserved.Recipe.ClassWeights);
    }

    [Fact]
    public async Task Dataset_whose_images_belong_to_two_lineages_is_refused_before_anything_is_reserved()
    {
        await PrepareAsync(Request, dark: 1, light: 1);
        var blobs = run.PrivateStore.Blobs.Values.ToArray();
        await run.Ledger.OpenAsync("one", default);
        await run.Ledger.OpenAsync("two", default);
        await run.Ledger.FollowLineageAsync("one", new HashSet<ImageFingerprint> { Fingerprint(blobs[0]) }, default);
        await run.Ledger.FollowLineageAsync("two", new HashSet<ImageFingerprint> { Fingerprint(blobs[1]) }, default);
        await run.Ledger.ReserveAsync("one", "earlier", [new PlannedMeasurement("a", new GaussianEvent { NoiseMultiplier = 5 })], default);
        await run.Ledger.ReserveAsync("two", "other", [new PlannedMeasurement("a", new GaussianEvent { NoiseMultiplier = 5 })], default);

        var summary = await run.Reservation().ReserveAsync(Run, default);

        Assert.Equal(Refusal.Lineage, summary.Refusal);
        Assert.Contains("belong to lineages", await run.DetailAsync(Refusal.Lineage), StringComparison.Ordinal);
        Assert.Null(await run.PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default));
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
        var plan = await harness.PlanAsync(request);
        Assert.Null(plan.Refusal);
        await harness.EmbedAsync(plan.Lanes);
    }

    private async Task<IEnumerable<long>> ClassCountsAsync() => (await run.PrivateStore.ReadMeasurementAsync(Run, MeasurementKeys.ClassCounts, 0, default))!;

    private async Task<ReservedRun> ReservedAsync(RunHarness? harness = null) =>
        (await (harness ?? run).PrivateStore.ReadRecordAsync<ReservedRun>(Run, ReservedRun.RecordName, default))!;

    private async Task<IEnumerable<string>> SpentAsync() =>
        from own in (await run.Ledger.ReadAsync("cats", default)).Runs
        where own.RunId == Run
        from measurement in own.Measurements
        where measurement.SpentAt is not null
        select measurement.Key;

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
