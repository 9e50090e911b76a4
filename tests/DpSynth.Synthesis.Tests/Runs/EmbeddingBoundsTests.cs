using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs;

public sealed class EmbeddingBoundsTests
{
    [Fact]
    public void Rows_that_are_not_finite_become_zeros_large_ones_are_shortened_and_all_others_stay()
    {
        float[] values = [1, -2, float.NaN, 3, 4, float.NegativeInfinity, 3e30f, -6e30f, -1e16f, 5];

        EmbeddingBounds.Apply(values, 2);

        Assert.Equal([1, -2, 0, 0, 0, 0], values[..6]);
        Assert.Equal([5e15f, -1e16f], values[6..8].Select(value => MathF.Round(value / 1e12f) * 1e12f));
        Assert.Equal([-1e16f, 5], values[8..]);
    }
}
