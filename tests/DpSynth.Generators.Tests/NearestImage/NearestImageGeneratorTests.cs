using DpSynth.Generators.NearestImage;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Generators.Tests.NearestImage;

public sealed class NearestImageGeneratorTests
{
    private static readonly ImageShape Shape = new(5, 4, 1);

    [Fact]
    public async Task RandomAsync_draws_public_images_uniformly()
    {
        var set = PublicSet(10);
        var batch = await new NearestImageGenerator(set).RandomAsync(null, Seeds.Of(5000, 1), default);
        var counts = new int[10];
        for (var i = 0; i < batch.Count; i++)
        {
            var index = (int)batch.ParametersOf(i)[0];
            counts[index]++;
            Assert.Equal(set[index].ToArray(), batch.Images![i].ToArray());
        }

        // Binomial(5000, 0.1) has σ 21.2; 6 σ.
        Assert.All(counts, count => Assert.InRange(count, 500 - 128, 500 + 128));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task VaryAsync_draws_among_the_nearest_images_and_reaches_each(int degree)
    {
        var set = PublicSet(40);
        var generator = new NearestImageGenerator(set);
        for (var parent = 0; parent < 40; parent += 13)
        {
            var expected = Enumerable.Range(0, 40)
                .OrderBy(i => Distance(set[parent], set[i])).ThenBy(i => i).Take(degree).Order().ToArray();
            var parents = new CandidateBatch(null, new float[] { parent }, 1, 1);
            var varied = await generator.VaryAsync(parents, new int[2000], VariationDegree.Of(degree), null, Seeds.Of(2000, 2), default);
            Assert.Equal(expected, Enumerable.Range(0, 2000).Select(i => (int)varied.ParametersOf(i)[0]).Distinct().Order());
        }
    }

    [Fact]
    public async Task VaryAsync_prefers_the_lower_index_among_equals()
    {
        var set = new ImageBatch(Shape, 6);
        set[5].Fill(9);
        var parents = new CandidateBatch(null, new float[] { 4 }, 1, 1);
        var varied = await new NearestImageGenerator(set).VaryAsync(parents, new int[200], VariationDegree.Of(2), null, Seeds.Of(200, 3), default);
        Assert.Equal([0, 1], varied.Parameters.ToArray().Distinct().Order().Select(index => (int)index));
    }

    [Fact]
    public async Task VaryAsync_gives_a_candidate_the_same_whatever_else_is_in_the_batch()
    {
        var generator = new NearestImageGenerator(PublicSet(30));
        var parents = await generator.RandomAsync(null, Seeds.Of(12, 4), default);
        var parentOf = Enumerable.Range(0, 60).Select(i => i % 12).ToArray();
        var seeds = Seeds.Of(60, 5);
        var together = await generator.VaryAsync(parents, parentOf, VariationDegree.Of(9), null, seeds, default);
        for (var i = 0; i < 60; i++)
        {
            var alone = await generator.VaryAsync(parents, parentOf.AsMemory(i, 1), VariationDegree.Of(9), null, seeds.AsMemory(i, 1), default);
            Assert.Equal(together.ParametersOf(i)[0], alone.ParametersOf(0)[0]);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.5)]
    [InlineData(11.0)]
    [InlineData(double.NaN)]
    public async Task VaryAsync_refuses_a_degree_that_is_no_number_of_neighbours(double degree)
    {
        var generator = new NearestImageGenerator(PublicSet(10));
        var parents = new CandidateBatch(null, new float[] { 0 }, 1, 1);
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await generator.VaryAsync(parents, new[] { 0 }, VariationDegree.Of(degree), null, Seeds.Of(1, 1), default));
    }

    [Fact]
    public async Task VaryAsync_refuses_parents_that_are_not_in_the_set()
    {
        var generator = new NearestImageGenerator(PublicSet(10));
        foreach (var index in (float[])[-1, 10, float.NaN])
        {
            var parents = new CandidateBatch(null, new[] { index }, 1, 1);
            await Assert.ThrowsAsync<ArgumentException>(
                async () => await generator.VaryAsync(parents, new[] { 0 }, VariationDegree.Of(1), null, Seeds.Of(1, 1), default));
        }
    }

    [Fact]
    public void SquaredDistance_agrees_with_the_plain_sum_at_every_length()
    {
        var bytes = Gen.Choose(0, 255).Select(static value => (byte)value);
        var pairs = Gen.OneOf(Gen.Choose(0, 100), Gen.Elements(255, 256, 257, 4099))
            .SelectMany(length => Gen.Zip(bytes.ArrayOf(length), bytes.ArrayOf(length)));
        Prop.ForAll(pairs.ToArbitrary(), ((byte[] A, byte[] B) pair) => NeighbourOrder.SquaredDistance(pair.A, pair.B) == Distance(pair.A, pair.B))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

        // The largest sum there is, where 32-bit lanes would overflow first.
        var white = new byte[1_000_000];
        Array.Fill(white, (byte)255);
        Assert.Equal(255L * 255 * 1_000_000, NeighbourOrder.SquaredDistance(white, new byte[1_000_000]));
    }

    private static ImageBatch PublicSet(int count)
    {
        var random = new Random(count);
        var images = new ImageBatch(Shape, count);
        random.NextBytes(images.Pixels);
        return images;
    }

    private static long Distance(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        long sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return sum;
    }
}
