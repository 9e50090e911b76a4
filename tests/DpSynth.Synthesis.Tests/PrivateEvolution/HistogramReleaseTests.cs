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
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class HistogramReleaseTests : IDisposable
{
    private const string Run = "run";
    private const string Key = "iteration-001";

    private readonly InMemoryPrivateStore store = new();
    private readonly InMemoryPrivacyLedger ledger = new();

    [Fact]
    public async Task Release_adds_the_votes_of_all_shards_and_noise_on_every_candidate()
    {
        await PrepareAsync();

        var released = await Release(new SecureDiscreteGaussianNoise()).ReleaseAsync(Run, 1, default);

        Assert.Equal(25, released.NoiseMultiplier);
        var histogram = Assert.IsType<long[]>(await store.ReadReleaseAsync(Run, Key, 0, default));
        Assert.Equal(3, histogram.Length);

        // Ten standard deviations: a false alarm has a chance below 1e-22. That nothing was added to 6 counts has one below 1e-10.
        Assert.All(histogram.Zip([11L, 2, 0]), pair => Assert.InRange(pair.First, pair.Second - 250, pair.Second + 250));
        var other = await store.ReadReleaseAsync(Run, Key, 1, default);
        Assert.NotEqual([11, 2, 0, 0, 0, 7], [.. histogram, .. other!]);
    }

    [Fact]
    public async Task Release_of_votes_that_are_no_counts_is_refused_and_draws_no_noise()
    {
        await PrepareAsync();
        await store.WriteVotesAsync(Run, 1, 0, new long[] { 10, -1, 0 }, default);
        var noise = new CountingNoise();

        await Assert.ThrowsAsync<ArgumentException>(() => Release(noise).ReleaseAsync(Run, 1, default));

        Assert.Equal(0, noise.Draws);
        Assert.Null(await store.ReadReleaseAsync(Run, Key, 0, default));
    }

    [Fact]
    public async Task Release_spends_before_anything_can_be_read()
    {
        await PrepareAsync();
        var spentFirst = false;
        store.BeforeWrite = name => spentFirst |= name == $"released-{Key}-0" && IsSpent();

        await Release(new CountingNoise()).ReleaseAsync(Run, 1, default);

        Assert.True(spentFirst);
    }

    [Fact]
    public async Task Release_draws_no_noise_when_the_spend_is_not_recorded()
    {
        await PrepareAsync();
        var noise = new CountingNoise();
        ledger.BeforeSpend = () => throw new IOException("The storage is away.");

        await Assert.ThrowsAsync<IOException>(() => Release(noise).ReleaseAsync(Run, 1, default));

        Assert.Equal(0, noise.Draws);
        Assert.Null(await store.ReadReleaseAsync(Run, Key, 0, default));
    }

    [Fact]
    public async Task Release_that_is_killed_between_spend_and_persist_is_spent_once_and_drawn_on_the_second_try()
    {
        await PrepareAsync();
        store.BeforeWrite = name => throw new IOException("The host was killed.");
        await Assert.ThrowsAsync<IOException>(() => Release(new CountingNoise()).ReleaseAsync(Run, 1, default));
        Assert.True(IsSpent());
        var entry = (await ledger.ReadAsync("cats", default)).Runs.Single().Releases.Single().EntryHash;
        store.BeforeWrite = _ => { };

        await Release(new CountingNoise(start: 1000)).ReleaseAsync(Run, 1, default);

        Assert.InRange((await store.ReadReleaseAsync(Run, Key, 0, default))![0], 1000, 1100);
        Assert.Equal(entry, (await store.ReadRecordAsync<SpentRelease>(Run, SpentRelease.RecordName(Key), default))!.LedgerEntry);
        Assert.Equal(entry, (await ledger.ReadAsync("cats", default)).Runs.Single().Releases.Single().EntryHash);
    }

    [Fact]
    public async Task Release_keeps_what_was_persisted_first_when_it_is_broken_off_and_tried_again()
    {
        await PrepareAsync();
        store.BeforeWrite = name =>
        {
            if (name == $"released-{Key}-1")
            {
                throw new IOException("The host was killed.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => Release(new CountingNoise()).ReleaseAsync(Run, 1, default));
        var first = await store.ReadReleaseAsync(Run, Key, 0, default);
        store.BeforeWrite = _ => { };

        await Release(new CountingNoise(start: 1000)).ReleaseAsync(Run, 1, default);
        await Release(new CountingNoise(start: 5000)).ReleaseAsync(Run, 1, default);

        Assert.Equal(first, await store.ReadReleaseAsync(Run, Key, 0, default));
        Assert.InRange((await store.ReadReleaseAsync(Run, Key, 1, default))![0], 1000, 1100);
    }

    [Fact]
    public async Task Release_is_refused_once_the_run_is_closed()
    {
        await PrepareAsync();
        await ledger.CloseAsync("cats", Run, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Release(new CountingNoise()).ReleaseAsync(Run, 1, default));

        Assert.Null(await store.ReadReleaseAsync(Run, Key, 0, default));
    }

    public void Dispose() => ledger.Dispose();

    private HistogramRelease Release(IDiscreteGaussianNoise noise) => new(store, store, new NoisyRelease(store, store, ledger, noise));

    private bool IsSpent() => ledger.ReadAsync("cats", default).GetAwaiter().GetResult().Runs.Single().Releases.Single().SpentAt is not null;

    /// <summary>Two classes of three candidates; the first has two private shards.</summary>
    private async Task PrepareAsync()
    {
        var evolution = new EvolutionOptions { PopulationSizes = [6, 6], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] };
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
            Recipe = new GenerationRecipe
            {
                RunId = Run,
                Classes = ["a", "b"],
                Generator = request.Generator,
                Embedder = request.Embedder,
                Shape = new ImageShape(4, 4, 1),
                Steps = [.. Synthesis.PrivateEvolution.Generation.Steps(evolution, embedsRelease: false)],
                CandidatesPerShard = 10,
                Seed = 0,
            },
            ShardClasses = [0, 0, 1],
            Grid = new VoteGrid(0),
            Delta = 1e-5,
            DeltaSource = DeltaSource.Request,
            Releases = [new PlannedRelease(PrivateEvolutionMethod.ReleaseOf(1), new DiscreteGaussianEvent { SigmaSquared = new Rational(625, 1) })],
        };
        await store.TryCreateRecordAsync(Run, ReservedRun.RecordName, run, default);
        await store.WriteVotesAsync(Run, 1, 0, new long[] { 10, 0, 0 }, default);
        await store.WriteVotesAsync(Run, 1, 1, new long[] { 1, 2, 0 }, default);
        await store.WriteVotesAsync(Run, 1, 2, new long[] { 0, 0, 7 }, default);
        Assert.True((await ledger.ReserveAsync("cats", Run, run.Releases, default)).Granted);
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
