using DpSynth.Numerics;
using DpSynth.Synthesis.PrivateEvolution;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class ClassContrastTests
{
    [Fact]
    public void Apply_multiplies_by_the_squared_share_of_the_own_class_around()
    {
        // Around 0: weights 3 (own), 1 (other); around 10: nothing of its class.
        var contrasted = ClassContrast.Apply([[2, 3], [1, 4]], [OnALine(0, 1), OnALine(-1.5f, 10)], neighbours: 2);
        Assert.Equal(2 * 0.75 * 0.75, contrasted[0][0], 1e-12);
        Assert.Equal(3 * (2.0 / 3) * (2.0 / 3), contrasted[0][1], 1e-12);
        Assert.Equal(0, contrasted[1][0]);
        Assert.Equal(0, contrasted[1][1]);
    }

    [Fact]
    public void Apply_leaves_classes_that_lie_apart_as_they_are()
    {
        double[][] weights = [[1, 2, 3], [4, 5, 6]];
        Assert.Equal(weights, ClassContrast.Apply(weights, [OnALine(0, 1, 2), OnALine(50, 51, 52)], neighbours: 2));
    }

    [Fact]
    public void Apply_counts_only_candidates_with_weight()
    {
        var contrasted = ClassContrast.Apply([[1, 1], [0, 0]], [OnALine(0, 5), OnALine(1, 2)], neighbours: 1);
        Assert.Equal([1, 1], contrasted[0]);
        Assert.Equal([0, 0], contrasted[1]);
    }

    [Fact]
    public void Apply_leaves_a_lone_survivor_alone()
    {
        Assert.Equal([[0.0, 7]], ClassContrast.Apply([[0, 7]], [OnALine(1, 2)], neighbours: 3));
    }

    private static EmbeddingMatrix OnALine(params float[] places) => new(places.Length, 1, places);
}
