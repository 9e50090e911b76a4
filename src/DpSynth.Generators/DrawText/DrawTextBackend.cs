using DpSynth.Catalogue.DrawText;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.DrawText;

/// <summary>Makes <c>draw-text</c>. Keeps the glyph masters drawn so far. Thread-safe.</summary>
public sealed class DrawTextBackend(FontCatalogue fonts) : GeneratorBackend<DrawTextOptions>
{
    private readonly GlyphLibrary _glyphs = new();

    /// <inheritdoc/>
    protected override ValueTask<IGenerator> CreateAsync(DrawTextOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return ValueTask.FromResult<IGenerator>(new DrawTextGenerator(options, shape, fonts.Select(options.Fonts), _glyphs));
    }
}
