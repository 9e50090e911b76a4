using DpSynth.Catalogue.DrawText;
using DpSynth.Catalogue.Pixels;
using DpSynth.Imaging;
using DpSynth.Ledgers;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DpSynth.Testing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class HistogramMeasurementTests : IDisposable
{
    private const string Run = "run";
    private const string Key = "iteration-001";

    private readonly InMemoryPrivateStore store = new();
    private readonly InMemoryPrivacyLedger ledger = new();

    [Fact]
    public async Task Measurement_adds_the_votes_of_all_shards_and_a_draw_of_its_own_on_every_candidate()
    {
        await PrepareAsync();

        var measured = await Measurement(new CountingNoise(start: 100)).MeasureAsync(Run, 1, default);

        Assert.Equal(25, measured.NoiseMultiplier);
        Assert.Equal(new long[] { 111, 103, 102 }, await store.ReadMeasurementAsync(Run, Key, 0, default));
        Assert.Equal(new long[] { 103, 104, 112 }, await store.ReadMeasurementAsync(Run, Key, 1, default));
    }

    /// <summary>
    /// Over 2,000 candidates (x − votes)² / 625 sums up to a chi-square of 2,000 degrees, whose deviation is √4000: 5.3 of them on either side are
    /// left falsely once in four million runs, and noise a fifth too small or too large is not within.
    /// </summary>
    [Theory]
    [InlineData(1.0, true)]
    [InlineData(0.8, false)]
    [InlineData(1.2, false)]
    public async Task Noise_that_is_added_has_the_deviation_that_was_reserved(double factor, bool isWithin)
    {
        await PrepareAsync(candidates: 1000);

        await Measurement(new ScaledNoise(factor)).MeasureAsync(Run, 1, default);

        long[] votes = [11, 2, .. new long[998], 0, 0, 7, .. new long[997]];
        long[] measured = [.. (await store.ReadMeasurementAsync(Run, Key, 0, default))!, .. (await store.ReadMeasurementAsync(Run, Key, 1, default))!];
        var chiSquare = measured.Zip(votes, static (x, exact) => (x - exact) * (x - exact) / 625.0).Sum();
        Assert.Equal(isWithin, Math.Abs(chiSquare - 2000) < 5.3 * Math.Sqrt(4000));
    }

    [Fact]
    public async Task Measurement_of_votes_that_are_no_counts_is_refused_and_draws_no_noise()
    {
        await PrepareAsync();
        await store.WriteVotesAsync(Run, 1, 0, new long[] { 10, -1, 0 }, default);
        var noise = new CountingNoise();

        await Assert.ThrowsAsync<ArgumentException>(() => Measurement(noise).MeasureAsync(Run, 1, default));

        Assert.Equal(0, noise.Draws);
        Assert.Null(await store.ReadMeasurementAsync(Run, Key, 0, default));
    }

    [Fact]
    public async Task Measurement_spends_before_anything_can_be_read()
    {
        await PrepareAsync();
        var spentFirst = false;
        store.BeforeWrite = name => spentFirst |= name == $"measured-{Key}-0" && IsSpent();

        await Measurement(new CountingNoise()).MeasureAsync(Run, 1, default);

        Assert.True(spentFirst);
    }

    [Fact]
    public async Task Measurement_draws_no_noise_when_the_spend_is_not_recorded()
    {
        await PrepareAsync();
        var noise = new CountingNoise();
        ledger.BeforeSpend = () => throw new IOException("The storage is away.");

        await Assert.ThrowsAsync<IOException>(() => Measurement(noise).MeasureAsync(Run, 1, default));

        Assert.Equal(0, noise.Draws);
        Assert.Null(await store.ReadMeasurementAsync(Run, Key, 0, default));
    }

    [Fact]
    public async Task Measurement_that_is_killed_between_spend_and_persist_is_spent_once_and_drawn_on_the_second_try()
    {
        await PrepareAsync();
        store.BeforeWrite = name => throw new IOException("The host was killed.");
        await Assert.ThrowsAsync<IOException>(() => Measurement(new CountingNoise()).MeasureAsync(Run, 1, default));
        Assert.True(IsSpent());
        var entry = (await ledger.ReadAsync("cats", default)).Runs.Single().Measurements.Single().EntryHash;
        store.BeforeWrite = _ => { };

        await Measurement(new CountingNoise(start: 1000)).MeasureAsync(Run, 1, default);

        Assert.InRange((await store.ReadMeasurementAsync(Run, Key, 0, default))![0], 1000, 1100);
        Assert.Equal(entry, (await store.ReadRecordAsync<SpentMeasurement>(Run, SpentMeasurement.RecordName(Key), default))!.LedgerEntry);
        Assert.Equal(entry, (await ledger.ReadAsync("cats", default)).Runs.Single().Measurements.Single().EntryHash);
    }

    [Fact]
    public async Task Measurement_keeps_what_was_persisted_first_when_it_is_broken_off_and_tried_again()
    {
        await PrepareAsync();
        store.BeforeWrite = name =>
        {
            if (name == $"measured-{Key}-1")
            {
                throw new IOException("The host was killed.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => Measurement(new CountingNoise()).MeasureAsync(Run, 1, default));
        var first = await store.ReadMeasurementAsync(Run, Key, 0, default);
        store.BeforeWrite = _ => { };

        await Measurement(new CountingNoise(start: 1000)).MeasureAsync(Run, 1, default);
        await Measurement(new CountingNoise(start: 5000)).MeasureAsync(Run, 1, default);

        Assert.Equal(first, await store.ReadMeasurementAsync(Run, Key, 0, default));
        Assert.InRange((await store.ReadMeasurementAsync(Run, Key, 1, default))![0], 1000, 1100);
    }

    [Fact]
    public async Task Measurement_is_refused_once_the_run_is_closed()
    {
        await PrepareAsync();
        await ledger.CloseAsync("cats", Run, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Measurement(new CountingNoise()).MeasureAsync(Run, 1, default));

        Assert.Null(await store.ReadMeasurementAsync(Run, Key, 0, default));
    }

    public void Dispose() => ledger.Dispose();

    private HistogramMeasurement Measurement(IDiscreteGaussianNoise noise) => new(store, store, new NoisyMeasurement(store, store, ledger, noise));

    private bool IsSpent() => ledger.ReadAsync("cats", default).GetAwaiter().GetResult().Runs.Single().Measurements.Single().SpentAt is not null;

    /// <summary>Two classes of some candidates, three if nothing else is said; the first has two private shards.</summary>
    private async Task PrepareAsync(int candidates = 3)
    {
        var evolution = new EvolutionOptions
        { PopulationSizes = [2 * candidates, 2 * candidates], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] };
        var request = new RunRequest
        {
            RunId = Run,
            Dataset = "cats",
            Epsilon = 1,
            Delta = 1e-5,
            Image = new ImageOptions { Width = 4, Height = 4, Channels = 1 },
            Generator = new DrawTextOptions(),
            Embedder = new PixelsOptions(),
            Options = evolution,
        };
        var run = new ReservedRun
        {
            Request = request,
            Guarantee = new Guarantee { Epsilon = 1, Delta = 1e-5, LargestDelta = 1e-5, Policy = new PolicyReference("", default, null) },
            Lanes = 2,
            Recipe = new GenerationRecipe
            {
                RunId = Run,
                Classes = ["a", "b"],
                Generator = request.Generator,
                Embedder = request.Embedder,
                Shape = new ImageShape(4, 4, 1),
                Steps = [.. Synthesis.PrivateEvolution.Generation.Steps(evolution, embedsPublished: false)],
                CandidatesPerShard = 10,
                Seed = 0,
            },
            ShardClasses = [0, 0, 1],
            Grid = new VoteGrid(0),
            Delta = 1e-5,
            DeltaSource = DeltaSource.Request,
            Measurements = [new PlannedMeasurement(PrivateEvolutionMethod.MeasurementOf(1), new DiscreteGaussianEvent { SigmaSquared = new Rational(625, 1) })],
        };
        await store.TryCreateRecordAsync(Run, ReservedRun.RecordName, run, default);
        long[][] votes = [[10, 0, 0], [1, 2, 0], [0, 0, 7]];
        foreach (var (shard, given) in votes.Index())
        {
            await store.WriteVotesAsync(Run, 1, shard, (long[])[.. given, .. new long[candidates - 3]], default);
        }

        Assert.True((await Policies.ReserveAsync(ledger, "cats", Run, run.Measurements, default)).Granted);
    }

    /// <summary>The product's noise, with another deviation than is asked for.</summary>
    private sealed class ScaledNoise(double factor) : IDiscreteGaussianNoise
    {
        private readonly SecureDiscreteGaussianNoise noise = new();

        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose) =>
            noise.Fill(destination, Rational.FromDouble(sigmaSquared.ToDouble() * factor * factor), purpose);
    }

    /// <summary>Noise that tells its draws apart: start, start + 1, ….</summary>
    private sealed class CountingNoise(long start = 0) : IDiscreteGaussianNoise
    {
        public int Draws { get; private set; }

        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = start + Draws++;
            }
        }
    }
}
