using System.Numerics;
using System.Text.Json;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests.Mechanisms;

public sealed class VoteGridTests
{
    private static readonly ClipCase[] Clips = Load();

    public static TheoryData<string> ClipIds => [.. Clips.Select(c => c.Id)];

    [Fact]
    public void Fixture_holds_every_case_it_was_published_with() => Assert.Equal(9, Clips.Length);

    [Theory]
    [MemberData(nameof(ClipIds))]
    public void Clipping_meets_the_reference(string id)
    {
        var reference = Clips.Single(c => c.Id == id);
        double[] vector = [.. reference.Votes];

        L2Clip.Apply(vector, reference.Clip);

        Assert.All(vector.Zip(reference.Clipped), pair => Assert.Equal(pair.Second, pair.First, 1e-14));
        Assert.True(Math.Sqrt(vector.Sum(x => x * x)) <= reference.Clip * (1 + 1e-12));
        Assert.Equal(reference.Factor, L2Clip.Factor([.. reference.Votes], reference.Clip), 1e-14);
    }

    [Theory]
    [MemberData(nameof(ClipIds))]
    public void Grid_scales_whole_votes_like_the_reference_and_never_beyond_it(string id)
    {
        var reference = Clips.Single(c => c.Id == id);
        if (!reference.Votes.All(double.IsInteger) || reference.Votes.All(x => x == 0))
        {
            return;
        }

        VoteGrid grid = new(20);
        var votes = new long[reference.Votes.Count];
        grid.Scale([.. reference.Votes.Select(x => (int)x)], votes);

        for (var j = 0; j < votes.Length; j++)
        {
            var exact = reference.Clipped[j] / reference.Clip * grid.UnitsPerVote;
            Assert.InRange(votes[j], exact - 1 - 1e-8, exact + 1e-8);
        }
    }

    [Fact]
    public void Votes_of_a_unit_never_exceed_one_full_vote_and_are_the_largest_that_do_not_grow()
    {
        Prop.ForAll(CountsAndBits, drawn =>
            {
                (var counts, var bits) = drawn;
                VoteGrid grid = new(bits);
                var votes = new long[counts.Length];
                grid.Scale(counts, votes);
                var bound = BigInteger.Pow(4, bits);
                var sum = counts.Aggregate(BigInteger.Zero, (total, c) => total + ((BigInteger)c * c));

                // v² ≤ 4^b·c²/S < (v + 1)² says that v is 2^b·c/√S rounded towards zero.
                return votes.Aggregate(BigInteger.Zero, (total, v) => total + ((BigInteger)v * v)) <= bound
                    && counts.Zip(votes).All(pair => pair.First == 0
                        ? pair.Second == 0
                        : ((BigInteger)pair.Second * pair.Second * sum) <= bound * pair.First * pair.First
                            && (BigInteger)(pair.Second + 1) * (pair.Second + 1) * sum > bound * pair.First * pair.First);
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(5, 3));
    }

    [Fact]
    public void More_images_for_one_candidate_give_it_more_and_the_others_less()
    {
        Prop.ForAll(CountsAndBits, drawn =>
            {
                (var counts, var bits) = drawn;
                VoteGrid grid = new(bits);
                var before = new long[counts.Length];
                var after = new long[counts.Length];
                grid.Scale(counts, before);
                int[] more = [.. counts];
                more[0] = more[0] == int.MaxValue ? more[0] : more[0] + 1;
                grid.Scale(more, after);
                return after[0] >= before[0] && Enumerable.Range(1, counts.Length - 1).All(j => after[j] <= before[j]);
            })
            .Check(Config.QuickThrowOnFailure.WithReplay(6, 3));
    }

    [Fact]
    public void Listed_votes_add_what_counted_ones_scale_to()
    {
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 9)).ToArbitrary(), candidates =>
            {
                VoteGrid grid = new(10);
                var counts = new int[10];
                foreach (var candidate in candidates)
                {
                    counts[candidate]++;
                }

                var expected = new long[10];
                grid.Scale(counts, expected);
                long[] histogram = [.. Enumerable.Repeat(7L, 10)];
                grid.AddVotes(candidates, histogram);
                return histogram.Select(x => x - 7).SequenceEqual(expected);
            })
            .Check(Config.QuickThrowOnFailure.WithReplay(8, 3));
    }

    [Fact]
    public void A_single_vote_is_a_full_one()
    {
        var histogram = new long[3];
        new VoteGrid(0).AddVotes([2], histogram);
        new VoteGrid(10).AddVotes([1, 1, 1], histogram);

        Assert.Equal([0, 1024, 1], histogram);
    }

    [Fact]
    public void Bad_counts_and_grids_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoteGrid(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoteGrid(21));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoteGrid(1).Scale([1, -1], new long[2]));
        Assert.Throws<ArgumentException>(() => new VoteGrid(1).Scale([1, 1], new long[1]));
        var histogram = new long[2];
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoteGrid(1).AddVotes([0, 2], histogram));
        Assert.Throws<ArgumentOutOfRangeException>(() => new VoteGrid(1).AddVotes([-1, 0], histogram));
        Assert.Equal([0, 0], histogram);
    }

    [Fact]
    public void Histogram_release_adds_exactly_the_noise_of_its_event()
    {
        DiscreteGaussianEvent measurement = new() { SigmaSquared = Rational.Parse("25") };
        var noise = new long[3];
        new SecureDiscreteGaussianNoise(new SeededRandomBytes(1)).Fill(noise, measurement.SigmaSquared, "run/iteration-001/0");

        var noisy = HistogramMechanism.Measure([10, 0, 3], measurement, new SecureDiscreteGaussianNoise(new SeededRandomBytes(1)), "run/iteration-001/0");

        Assert.Equal([10 + noise[0], noise[1], 3 + noise[2]], noisy);
        Assert.Throws<ArgumentException>(() => HistogramMechanism.Measure([-1], measurement, new SecureDiscreteGaussianNoise(), ""));
        Assert.Throws<ArgumentException>(() => HistogramMechanism.Measure([1], measurement with { Count = 2 }, new SecureDiscreteGaussianNoise(), ""));
    }

    [Fact]
    public void Roots_are_exact_at_the_ends_and_beside_squares()
    {
        foreach (var root in new ulong[] { 0, 1, 2, 3, 94906265, 94906267, uint.MaxValue - 1, uint.MaxValue })
        {
            Assert.Equal(root, IntegerRoot.Floor(root * root));
            if (root > 0)
            {
                Assert.Equal(root - 1, IntegerRoot.Floor((root * root) - 1));
            }
        }

        Assert.Equal(uint.MaxValue, IntegerRoot.Floor(ulong.MaxValue));
        var large = BigInteger.Pow(10, 40) + 7;
        Assert.Equal(large, IntegerRoot.Floor(large * large));
        Assert.Equal(large - 1, IntegerRoot.Floor((large * large) - 1));
    }

    private static Arbitrary<(int[] Counts, int Bits)> CountsAndBits
    {
        get
        {
            var count = Gen.OneOf(Gen.Choose(0, 3), Gen.Choose(0, 1000), Gen.Choose(0, int.MaxValue));
            var gen = from length in Gen.Choose(1, 12)
                      from counts in Gen.ArrayOf(count, length)
                      from bits in Gen.Choose(0, 20)
                      select (counts, bits);
            return gen.ToArbitrary();
        }
    }

    private static ClipCase[] Load()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "user-level.json")));
        return file.RootElement.GetProperty("clip_cases").Deserialize<ClipCase[]>(JsonSerializerOptions.Web)!;
    }

    private sealed record ClipCase(string Id, IReadOnlyList<double> Votes, double Clip, double Factor, IReadOnlyList<double> Clipped);
}
