namespace DpSynth.Numerics.Tests;

public sealed class SeededRandomTests
{
    [Fact]
    public void NextUInt64_gives_the_published_SplitMix64_sequence()
    {
        // First outputs for seed 1234567, as published with the reference implementation (prng.di.unimi.it, rosettacode.org).
        var random = new SeededRandom(1234567);
        ulong[] drawn = [random.NextUInt64(), random.NextUInt64(), random.NextUInt64(), random.NextUInt64(), random.NextUInt64()];
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL], drawn);
    }

    [Fact]
    public void NextInt_is_uniform()
    {
        // Binomial(700,000, 1/7) has σ < 293; 6 σ on either side of 7 cells alarms falsely with probability below 1.4e-8.
        var random = new SeededRandom(5);
        var counts = new int[7];
        for (var i = 0; i < 700_000; i++)
        {
            counts[random.NextInt(7)]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 100_000 - 1_758, 100_000 + 1_758));
    }

    [Fact]
    public void NextGaussian_has_mean_0_and_variance_1()
    {
        // 10⁶ draws: the mean has σ 0.001, the mean square σ √2/1000; 6 σ each.
        var random = new SeededRandom(6);
        double sum = 0, squares = 0;
        for (var i = 0; i < 1_000_000; i++)
        {
            var x = random.NextGaussian();
            sum += x;
            squares += x * x;
        }

        Assert.InRange(sum / 1e6, -0.006, 0.006);
        Assert.InRange(squares / 1e6, 1 - 0.0085, 1 + 0.0085);
    }

    [Fact]
    public void NextBoolean_is_certain_at_0_and_1()
    {
        var random = new SeededRandom(7);
        for (var i = 0; i < 1000; i++)
        {
            Assert.False(random.NextBoolean(0));
            Assert.True(random.NextBoolean(1));
        }
    }

    [Fact]
    public void Derive_gives_every_address_its_own_seed()
    {
        var seeds = new HashSet<ulong>();
        var count = 0;
        for (ulong root = 0; root < 3; root++)
        {
            Add(SeededRandom.Derive(root));
            for (ulong a = 0; a < 50; a++)
            {
                Add(SeededRandom.Derive(root, a));
                for (ulong b = 0; b < 50; b++)
                {
                    Add(SeededRandom.Derive(root, a, b));
                }
            }
        }

        Assert.Equal(count, seeds.Count);

        void Add(ulong seed)
        {
            count++;
            seeds.Add(seed);
        }
    }

    [Fact]
    public void Shuffle_keeps_the_elements()
    {
        var random = new SeededRandom(8);
        int[] values = [.. Enumerable.Range(0, 100)];
        random.Shuffle<int>(values);
        Assert.NotEqual(Enumerable.Range(0, 100), values);
        Assert.Equal(Enumerable.Range(0, 100), values.Order());
    }
}
