using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests;

public sealed class RationalTests
{
    [Fact]
    public void Double_survives_being_a_fraction()
    {
        Prop.ForAll(
            ArbMap.Default.ArbFor<NormalFloat>().Generator.Select(value => Math.Abs(value.Item)).Where(double.IsNormal).ToArbitrary(),
            value => Rational.FromDouble(value).ToDouble() == value).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("1/3", 1d / 3)]
    [InlineData("1/10", 0.1)]
    [InlineData("117972930771/10000000000", 11.7972930771)]
    [InlineData("999999999999999999999/1000000000000000000000", 0.999999999999999999999)]
    [InlineData("9007199254740993", 9007199254740992)]
    [InlineData("9007199254740995", 9007199254740996)]
    public void Fraction_becomes_the_nearest_double(string text, double expected)
    {
        Assert.Equal(expected, Rational.Parse(text).ToDouble());
    }
}
