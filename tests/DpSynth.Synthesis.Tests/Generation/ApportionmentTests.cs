using DpSynth.Synthesis.Generation;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Generation;

public sealed class ApportionmentTests
{
    [Theory]
    [InlineData(10, new long[] { 5, 3, 2 }, 1, new[] { 5, 3, 2 })]
    [InlineData(10, new long[] { 1, 1, 1 }, 1, new[] { 4, 3, 3 })]
    [InlineData(10, new long[] { 1000, -7, 0 }, 1, new[] { 8, 1, 1 })]
    [InlineData(10, new long[] { -5, -7, 0 }, 1, new[] { 4, 3, 3 })]
    [InlineData(12, new long[] { 90, 5, 5 }, 3, new[] { 6, 3, 3 })]
    [InlineData(10_000_000, new long[] { long.MaxValue / 4, long.MaxValue / 4 }, 1, new[] { 5_000_000, 5_000_000 })]
    public void Population_follows_the_counts_and_nobody_goes_without(int size, long[] weights, int smallest, int[] expected) =>
        Assert.Equal(expected, Apportionment.Divide(size, weights, smallest));

    [Fact]
    public void Parts_add_up_and_each_is_its_quota_rounded_or_the_least()
    {
        var cases =
            from classes in Gen.Choose(1, 9)
            from weights in Gen.Choose(-20, 1000).Select(static weight => (long)weight).ArrayOf(classes)
            from smallest in Gen.Choose(1, 5)
            from more in Gen.Choose(0, 400)
            select (size: classes * smallest + more, weights, smallest);
        Prop.ForAll(cases.ToArbitrary(), x =>
        {
            var parts = Apportionment.Divide(x.size, x.weights, x.smallest);
            var total = x.weights.Sum(static weight => Math.Max(0, weight));
            return parts.Sum() == x.size
                && parts.All(part => part >= x.smallest)
                && (total == 0 || parts.Zip(x.weights).All(pair => pair.First <= Math.Max(x.smallest, (Math.Max(0, pair.Second) * x.size / total) + 1)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Population_too_small_for_its_classes_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Apportionment.Divide(5, [1, 1, 1], smallest: 2));
}
