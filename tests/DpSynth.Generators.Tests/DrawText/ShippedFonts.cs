using DpSynth.Catalogue.DrawText;
using DpSynth.Generators.DrawText;
using DpSynth.Imaging;

namespace DpSynth.Generators.Tests.DrawText;

/// <summary>The fonts and their masters, opened once for all tests.</summary>
public sealed class ShippedFonts
{
    internal FontCatalogue Catalogue { get; } = FontCatalogue.Open();

    internal GlyphLibrary Library { get; } = new();

    internal DrawTextGenerator Generator(ImageShape shape, DrawTextOptions? options = null)
    {
        options ??= new DrawTextOptions();
        return new DrawTextGenerator(options, shape, Catalogue.Select(options.Fonts), Library);
    }
}
