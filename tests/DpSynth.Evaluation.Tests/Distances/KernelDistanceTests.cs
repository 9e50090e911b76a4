using DpSynth.Evaluation.Distances;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Distances;

public sealed class KernelDistanceTests
{
    [Fact]
    public void Distance_is_the_one_computed_by_hand()
    {
        // k(0, 1) + k(0, 2) − 2·(k(0, 0) + k(0, 2) + k(1, 0) + k(1, 2))/4 = 1 + 1 − 2·(1 + 1 + 1 + 27)/4.
        Assert.Equal(-13, KernelDistance.Between(Sets.Line(0, 1), Sets.Line(0, 2)), 1e-12);
    }

    [Theory]
    [InlineData(40, 50, 6, -0.08601989917536645)]
    [InlineData(20, 12, 30, -0.2086153980205654)]
    [InlineData(300, 260, 17, 0.0013544719230207392)]
    [InlineData(500, 500, 40, 0.0004734119587341823)]
    public void Distance_agrees_with_numpy(int rows, int others, int columns, double expected)
    {
        var distance = KernelDistance.Between(Sets.Waves(rows, columns, 1, 1), Sets.Waves(others, columns, 2, 1.3));
        Assert.Equal(expected, distance, 1e-7);
    }

    [Fact]
    public void Two_samples_of_one_law_are_at_zero_on_the_average_and_others_above()
    {
        var same = Enumerable.Range(0, 40).Average(i => KernelDistance.Between(Sets.Normal(30, 4, (ulong)(2 * i)), Sets.Normal(30, 4, (ulong)((2 * i) + 1))));
        var other =
            Enumerable.Range(0, 40).Average(i => KernelDistance.Between(Sets.Normal(30, 4, (ulong)(2 * i)), Sets.Normal(30, 4, (ulong)((2 * i) + 1), 1)));
        Assert.InRange(same, -0.1, 0.1);
        Assert.InRange(other, 1, 100);
    }

    [Fact]
    public void Sets_that_cannot_be_compared_are_refused()
    {
        Assert.Throws<ArgumentException>(() => KernelDistance.Between(new EmbeddingMatrix(3, 2), new EmbeddingMatrix(3, 4)));
        Assert.Throws<ArgumentException>(() => KernelDistance.Between(new EmbeddingMatrix(3, 2), new EmbeddingMatrix(1, 2)));
        Assert.Throws<ArgumentException>(() => KernelDistance.Between(Sets.Line(1e30f, 1e30f), Sets.Line(0, 1)));
    }
}
