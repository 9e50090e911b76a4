using DpSynth.Numerics;
using DpSynth.Synthesis.PrivateEvolution;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class CountSmoothingTests
{
    [Fact]
    public void Apply_gives_the_mean_over_a_candidate_and_its_nearest()
    {
        var smoothed = CountSmoothing.Apply(OnALine([6, 0, 3, -9], 2, [0, 1, 3, 100]), 1);

        Assert.Equal([3, 3, 1.5, -3], smoothed.NoisyCounts);
        Assert.Equal(2 / Math.Sqrt(2), smoothed.Sigma, 1e-15);
    }

    [Fact]
    public void Apply_takes_all_candidates_where_there_are_no_more()
    {
        var smoothed = CountSmoothing.Apply(OnALine([1, 2, 6], 3, [0, 1, 2]), 100);

        Assert.Equal([3, 3, 3], smoothed.NoisyCounts);
        Assert.Equal(Math.Sqrt(3), smoothed.Sigma, 1e-15);
        Assert.Equal([7], CountSmoothing.Apply(OnALine([7], 3, [0]), 5).NoisyCounts);
    }

    [Fact]
    public void Apply_counts_every_one_of_equal_candidates_once() => Prop.ForAll(
        Gen.Choose(-20, 20).Select(static count => (double)count).ListOf(12).Select(static list => list.ToArray()).ToArbitrary(),
        (double[] counts) =>
        {
            // All at one place: a candidate's neighbours are the first three others.
            var smoothed = CountSmoothing.Apply(OnALine(counts, 1, new float[12]), 3);
            for (var i = 0; i < 12; i++)
            {
                var others = Enumerable.Range(0, 12).Where(other => other != i).Take(3);
                Assert.Equal((counts[i] + others.Sum(other => counts[other])) / 4, smoothed.NoisyCounts[i], 1e-12);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Apply_refuses_a_histogram_without_embeddings() =>
        Assert.Throws<ArgumentException>(() => CountSmoothing.Apply(new ClassHistogram([1, 2], 1), 1));

    private static ClassHistogram OnALine(double[] counts, double sigma, float[] places) => new(counts, sigma, new EmbeddingMatrix(places.Length, 1, places));
}
