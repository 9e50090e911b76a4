using DpSynth.Imaging;
using DpSynth.Privacy;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Evolution;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Tests.InMemory;

namespace DpSynth.Synthesis.Tests.Evolution;

public sealed class HistogramReleaseTests
{
    private const string Run = "run";

    private readonly InMemoryPrivateStore store = new();
    private readonly InMemoryLedger ledger = new();

    [Fact]
    public async Task Release_adds_the_votes_of_all_shards_and_noise_on_every_candidate()
    {
        await PrepareAsync();

        var released = await Release(new SecureGaussianNoise()).ReleaseAsync(Run, 1, default);

        Assert.Equal(2.5, released.NoiseMultiplier);
        var histogram = Assert.IsType<double[]>(await store.ReadHistogramAsync(Run, 1, 0, default));
        Assert.Equal(3, histogram.Length);

        // Ten standard deviations: a false alarm has a chance below 1e-22.
        Assert.All(histogram.Zip([11.0, 2, 0]), pair => Assert.InRange(pair.First, pair.Second - 25, pair.Second + 25));
        Assert.All(histogram.Zip([11.0, 2, 0]), pair => Assert.NotEqual(pair.Second, pair.First));
    }

    [Fact]
    public async Task Release_spends_before_anything_can_be_read()
    {
        await PrepareAsync();
        var spentFirst = false;
        store.BeforeWrite = name => spentFirst = ledger.Runs.Single().Releases.Count == 1;

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
        Assert.Null(await store.ReadHistogramAsync(Run, 1, 0, default));
    }

    [Fact]
    public async Task Release_keeps_what_was_persisted_first_when_it_is_broken_off_and_tried_again()
    {
        await PrepareAsync();
        store.BeforeWrite = name =>
        {
            if (name == "histogram-1-1")
            {
                throw new IOException("The host was killed.");
            }
        };
        await Assert.ThrowsAsync<IOException>(() => Release(new CountingNoise()).ReleaseAsync(Run, 1, default));
        var first = await store.ReadHistogramAsync(Run, 1, 0, default);
        store.BeforeWrite = _ => { };

        await Release(new CountingNoise(start: 1000)).ReleaseAsync(Run, 1, default);
        await Release(new CountingNoise(start: 5000)).ReleaseAsync(Run, 1, default);

        Assert.Equal(first, await store.ReadHistogramAsync(Run, 1, 0, default));
        Assert.InRange((await store.ReadHistogramAsync(Run, 1, 1, default))![0], 1000, 1100);
        Assert.Single(ledger.Runs.Single().Releases);
    }

    [Fact]
    public async Task Release_is_refused_once_the_run_is_closed()
    {
        await PrepareAsync();
        await ledger.CloseAsync("cats", Run, default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Release(new CountingNoise()).ReleaseAsync(Run, 1, default));

        Assert.Null(await store.ReadHistogramAsync(Run, 1, 0, default));
    }

    private HistogramRelease Release(INoiseSource noise) => new(store, ledger, noise);

    /// <summary>Two classes of three candidates; the first has two private shards.</summary>
    private async Task PrepareAsync()
    {
        var evolution = new EvolutionOptions { PopulationSizes = [6, 6], VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)] };
        var request = new RunRequest
        {
            RunId = Run,
            Dataset = "cats",
            Method = RunRequest.PrivateEvolution,
            Epsilon = 1,
            Delta = 1e-5,
            Image = new ImageOptions { Width = 4, Height = 4, Channels = 1 },
            Generator = new DrawTextOptions(),
            Embedder = new PixelsOptions(),
            Evolution = evolution,
        };
        var plan = new RunPlan
        {
            Request = request,
            Recipe = new GenerationRecipe
            {
                RunId = Run,
                Classes = ["a", "b"],
                Generator = request.Generator,
                Embedder = request.Embedder,
                Shape = new ImageShape(4, 4, 1),
                Evolution = evolution,
                CandidatesPerShard = 10,
                Seed = 0,
            },
            PrivateShards = [new PrivateShard(0, 0, ["x"]), new PrivateShard(1, 0, ["y"]), new PrivateShard(2, 1, ["z"])],
            NoiseMultipliers = [2.5],
        };
        await store.TryCreateRecordAsync(Run, RunPlan.RecordName, plan, default);
        await store.WriteVotesAsync(Run, 1, 0, new double[] { 10, 0, 0 }, default);
        await store.WriteVotesAsync(Run, 1, 1, new double[] { 1, 2, 0 }, default);
        await store.WriteVotesAsync(Run, 1, 2, new double[] { 0, 0, 7 }, default);
        await ledger.ReserveAsync("cats", Run, 1, default);
    }

    /// <summary>Noise that tells its draws apart: start, start + 1, ….</summary>
    private sealed class CountingNoise(double start = 0) : INoiseSource
    {
        public int Draws { get; private set; }

        public void Fill(Span<double> destination, double standardDeviation, string purpose)
        {
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = start + Draws++;
            }
        }
    }
}
