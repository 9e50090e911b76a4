using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

public sealed class EditDistanceTests
{
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("lookahead", "lookahaed", 2)]
    [InlineData("flaw", "lawn", 2)]
    public void Distance_counts_the_least_edits(string first, string second, int expected)
    {
        Assert.Equal(expected, EditDistance.Between(first, second));
        Assert.Equal(expected, EditDistance.Between(second, first));
    }
}
