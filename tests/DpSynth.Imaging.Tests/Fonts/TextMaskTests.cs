using DpSynth.Imaging.Fonts;
using NetVips;

namespace DpSynth.Imaging.Tests.Fonts;

public sealed class TextMaskTests
{
    private static readonly FontFile Font = FontFile.Open(Path.Combine(AppContext.BaseDirectory, "label-font.ttf"));

    [Fact]
    public void Open_reads_the_family_name() => Assert.Equal("Lato", Font.Family);

    [Fact]
    public void Open_refuses_what_is_no_font()
    {
        var path = Path.GetTempFileName();
        try
        {
            Assert.Throws<InvalidDataException>(() => FontFile.Open(path));
            File.WriteAllBytes(path, new byte[400]);
            Assert.Throws<InvalidDataException>(() => FontFile.Open(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Draw_cuts_to_the_ink()
    {
        var mask = TextMask.Draw("H", Font, 100);
        Assert.InRange(mask.Height, 65, 80);
        Assert.Equal(mask.Width * mask.Height, mask.Coverage.Length);
        Assert.Contains(mask.Coverage.Span[..mask.Width].ToArray(), covered => covered > 0);
        Assert.Contains(mask.Coverage.Span[^mask.Width..].ToArray(), covered => covered > 0);
    }

    [Fact]
    public void Draw_grows_with_the_size() =>
        Assert.InRange(TextMask.Draw("8", Font, 128).Height, (TextMask.Draw("8", Font, 32).Height * 4) - 6, (TextMask.Draw("8", Font, 32).Height * 4) + 6);

    [Theory]
    [InlineData("<b>", "b")]
    [InlineData("&amp;", "&")]
    public void Draw_takes_markup_as_text(string text, string shorter) =>
        Assert.True(TextMask.Draw(text, Font, 32).Width > TextMask.Draw(shorter, Font, 32).Width);

    [Fact]
    public void Draw_refuses_text_without_ink() => Assert.Throws<VipsException>(() => TextMask.Draw(" ", Font, 32));
}
