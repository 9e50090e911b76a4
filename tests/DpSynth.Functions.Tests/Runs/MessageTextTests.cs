using System.Text;
using DpSynth.Functions.Runs;

namespace DpSynth.Functions.Tests.Runs;

public sealed class MessageTextTests
{
    [Theory]
    [InlineData("""{ "runId": "a" }""")]
    [InlineData("[1]")]
    [InlineData("neither!")]
    [InlineData("")]
    public void Message_is_read_as_base64_or_as_it_is(string text)
    {
        Assert.Equal(text, MessageText.Of(BinaryData.FromString(text)).ToString());
        Assert.Equal(text, MessageText.Of(BinaryData.FromString(Convert.ToBase64String(Encoding.UTF8.GetBytes(text)))).ToString());
    }
}
