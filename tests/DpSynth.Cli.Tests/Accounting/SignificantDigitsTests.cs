using System.Globalization;
using DpSynth.Cli.Accounting;
using DpSynth.Privacy;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Cli.Tests.Accounting;

public sealed class SignificantDigitsTests
{
    [Fact]
    public void Twelve_digits_lie_on_the_asked_side_and_close_by()
    {
        Prop.ForAll<NormalFloat>(number =>
        {
            var value = number.Item;
            var (down, up) = (SignificantDigits.Down(value), SignificantDigits.Up(value));
            return down <= value && value <= up && up - down <= 2e-11 * Math.Abs(value) && Digits(down) <= 12 && Digits(up) <= 12;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("0.5", "1/4")]
    [InlineData("1", "1")]
    [InlineData("1e1", "100")]
    [InlineData("0.1", "1/100")]
    [InlineData("12.50e-1", "25/16")]
    public void Typed_decimal_is_squared_exactly(string text, string expected)
    {
        Assert.True(ExactDecimal.TryParse(text, out var value));
        Assert.Equal(Rational.Parse(expected), value.Squared);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e999999999")]
    [InlineData("1.2.3")]
    [InlineData("1/2")]
    [InlineData("1-2")]
    public void Text_that_is_no_number_above_zero_is_refused(string text)
    {
        Assert.False(ExactDecimal.TryParse(text, out _));
    }

    private static int Digits(double value) => value.ToString("E16", CultureInfo.InvariantCulture) is var text
        && double.Parse(value.ToString("E11", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) == value ? 12 : text.Length;
}
