using DpSynth.Numerics;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class ParentSelectorTests
{
    [Fact]
    public void Select_draws_only_candidates_above_the_threshold_for_any_histogram()
    {
        var histograms = Gen.Choose(-1_000, 1_000).Select(static count => count / 10.0).NonEmptyListOf().Select(static list => list.ToArray()).ToArbitrary();
        Prop.ForAll(histograms, (double[] counts) =>
        {
            foreach (var method in Enum.GetValues<SelectionMethod>())
            {
                var selected = Select(counts, sigma: 4, Options(method, threshold: 2), parents: 57, seed: 9);
                Assert.Equal(57, selected.Indices.Count);
                Assert.Equal(counts.Count(static count => count > 8), selected.Survivors);
                if (selected.Survivors > 0)
                {
                    Assert.Null(selected.Fallback);
                    Assert.All(selected.Indices, index => Assert.True(counts[index] > 8));
                }
                else
                {
                    Assert.Equal(SelectedParents.RankFallback, selected.Fallback);
                    var worst = counts.OrderDescending().ElementAt(Math.Max(1, counts.Length / 10) - 1);
                    Assert.All(selected.Indices, index => Assert.True(counts[index] >= worst));
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Select_by_sampling_stays_within_one_copy_of_proportion()
    {
        var histograms = Gen.Choose(0, 1_000).Select(static count => (double)count).NonEmptyListOf()
            .Select(static list => list.ToArray()).Zip(Gen.Choose(1, 500)).ToArbitrary();
        Prop.ForAll(histograms, ((double[] Counts, int Parents) input) =>
        {
            var total = input.Counts.Sum();
            if (total == 0)
            {
                return;
            }

            var selected = Select(input.Counts, 1, Options(SelectionMethod.Sample, 0), input.Parents, 3);
            for (var i = 0; i < input.Counts.Length; i++)
            {
                var copies = selected.Indices.Count(index => index == i);
                Assert.InRange(copies - (input.Parents * input.Counts[i] / total), -1 - 1e-9, 1 + 1e-9);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void Select_by_sampling_is_unbiased()
    {
        // Copies over 20,000 seeds, each 0 or 1: binomial with σ < 71; 6 σ for 4 cells alarms falsely below 1e-8.
        double[] counts = [1, 4, 0.5, 2.5];
        var copies = new int[4];
        for (var seed = 0UL; seed < 20_000; seed++)
        {
            copies[Select(counts, 1, Options(SelectionMethod.Sample, 0), 1, seed).Indices[0]]++;
        }

        for (var i = 0; i < counts.Length; i++)
        {
            Assert.InRange(copies[i], (counts[i] / 8 * 20_000) - 426, (counts[i] / 8 * 20_000) + 426);
        }
    }

    [Fact]
    public void Select_by_rank_takes_the_largest_first_and_starts_again()
    {
        var selected = Select([3, 9, -1, 9, 5], 1, Options(SelectionMethod.Rank, 0), 6, 0);
        Assert.Equal([1, 3, 4, 0, 1, 3], selected.Indices);
    }

    [Fact]
    public void Select_takes_the_threshold_in_votes_when_asked()
    {
        var options = Options(SelectionMethod.Rank, 4) with { ThresholdUnit = ThresholdUnit.Count };
        Assert.Equal([1, 1], Select([3, 5], sigma: 100, options, 2, 0).Indices);
    }

    [Fact]
    public void Select_falls_back_to_the_largest_tenth_when_nothing_is_left()
    {
        var counts = Enumerable.Range(0, 40).Select(static i => -100.0 + (i * 7 % 40)).ToArray();
        var selected = Select(counts, 1, Options(SelectionMethod.Sample, 1), 8, 0);
        Assert.Equal(SelectedParents.RankFallback, selected.Fallback);
        var best = Enumerable.Range(0, 40).OrderByDescending(i => counts[i]).Take(4).ToArray();
        Assert.Equal([.. best, .. best], selected.Indices);
    }

    [Fact]
    public void Select_survives_counts_of_any_finite_size()
    {
        var selected = Select([double.MaxValue, double.MaxValue, double.Epsilon], 0, Options(SelectionMethod.Sample, 0), 4, 1);
        Assert.Equal([0, 0, 1, 1], selected.Indices);
    }

    [Fact]
    public void Select_of_no_parents_is_empty() =>
        Assert.Empty(Select([1], 1, Options(SelectionMethod.Sample, 0), 0, 0).Indices);

    [Fact]
    public void Select_draws_each_class_for_itself()
    {
        ClassHistogram[] classes = [new([1, 0, 0], 0), new([-5, -1], 0), new([1, 1, 1, 1, 1, 1, 1, 1], 0)];
        var selected = ParentSelector.Select(classes, [2, 3, 4], Options(SelectionMethod.Sample, 0), 5);
        Assert.Equal([0, 0], selected[0].Indices);
        Assert.Equal([1, 1, 1], selected[1].Indices);
        Assert.Equal([null, SelectedParents.RankFallback, null], selected.Select(static parents => parents.Fallback));
        Assert.Equal(4, selected[2].Indices.Distinct().Count());
    }

    [Fact]
    public void Select_with_contrast_drops_candidates_on_another_classes_ground()
    {
        // Each class has one candidate in the other's cluster.
        ClassHistogram[] classes = [OnALine([5, 5, 5, 4], [0, 1, 2, 101]), OnALine([5, 5, 5, 4], [100, 102, 103, 1.5f])];
        var selected = ParentSelector.Select(classes, [30, 30], Options(SelectionMethod.Sample, 0) with { ContrastNeighbours = 2 }, 5);
        Assert.All(selected, parents => Assert.Equal([0, 1, 2], parents.Indices.Distinct()));
        Assert.All(selected, parents => Assert.Null(parents.Fallback));
    }

    [Fact]
    public void Select_with_contrast_keeps_a_class_whose_ground_is_all_another_classes()
    {
        ClassHistogram[] classes = [OnALine([5, 5, 5], [0, 1, 2]), OnALine([1, 3], [0.5f, 1.5f])];
        var selected = ParentSelector.Select(classes, [4, 4], Options(SelectionMethod.Sample, 0) with { ContrastNeighbours = 1 }, 5);
        Assert.Equal([0, 1, 1, 1], selected[1].Indices);
    }

    [Fact]
    public void Select_with_contrast_refuses_histograms_without_embeddings() =>
        Assert.Throws<ArgumentException>(() => ParentSelector.Select(
            [new([1], 0), OnALine([1], [0])], [1, 1], Options(SelectionMethod.Sample, 0) with { ContrastNeighbours = 1 }, 5));

    [Fact]
    public void Select_with_smoothing_finds_the_crowd_beside_a_lone_peak_of_noise()
    {
        var crowd = OnALine([3, 2, 3, 0, 5, -1, 0], [0, 1, 2, 50, 51, 52, 53]);
        var selected = ParentSelector.Select(
            [crowd], [3], Options(SelectionMethod.Rank, 2) with { ThresholdUnit = ThresholdUnit.Count, SmoothingNeighbours = 2 }, 5)[0];
        Assert.Equal((3, null), (selected.Survivors, selected.Fallback));
        Assert.Equal([0, 1, 2], selected.Indices);
    }

    [Fact]
    public void Select_with_smoothing_counts_the_threshold_in_the_noise_that_is_left()
    {
        // The mean of 4 counts of 10 ± 8 is 10 ± 4: twice that noise leaves all, three times none.
        var histogram = new ClassHistogram([10, 10, 10, 10], 8, new EmbeddingMatrix(4, 1, new float[] { 0, 1, 2, 3 }));
        int Survivors(double threshold) =>
            ParentSelector.Select([histogram], [4], Options(SelectionMethod.Sample, threshold) with { SmoothingNeighbours = 3 }, 5)[0].Survivors;
        Assert.Equal((4, 0), (Survivors(2), Survivors(3)));
    }

    [Fact]
    public void Select_refuses_what_is_no_histogram()
    {
        Assert.Throws<ArgumentException>(() => Select([], 1, Options(SelectionMethod.Sample, 0), 1, 0));
        Assert.Throws<ArgumentException>(() => Select([1, double.NaN], 1, Options(SelectionMethod.Sample, 0), 1, 0));
        Assert.Throws<ArgumentException>(() => Select([double.PositiveInfinity], 1, Options(SelectionMethod.Rank, 0), 1, 0));
    }

    private static ClassHistogram OnALine(double[] counts, float[] places) => new(counts, 0, new EmbeddingMatrix(places.Length, 1, places));

    private static SelectedParents Select(double[] counts, double sigma, EvolutionOptions options, int parents, ulong seed) =>
        ParentSelector.Select([new ClassHistogram(counts, sigma)], [parents], options, seed)[0];

    private static EvolutionOptions Options(SelectionMethod method, double threshold) => new()
    {
        PopulationSizes = [10, 10],
        VariationDegrees = [VariationDegree.Of(1), VariationDegree.Of(1)],
        Selection = method,
        Threshold = threshold,
    };
}
