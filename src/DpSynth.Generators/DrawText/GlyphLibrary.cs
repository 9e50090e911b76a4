using System.Collections.Concurrent;
using DpSynth.Imaging.Fonts;

namespace DpSynth.Generators.DrawText;

/// <summary>The masters drawn so far, shared by all generators of a process. Thread-safe.</summary>
internal sealed class GlyphLibrary
{
    private readonly ConcurrentDictionary<(string Path, string Text), Lazy<GlyphMaster>> _masters = new();

    /// <summary>The masters of every text in every font, <c>[font, text]</c> row-major; draws those that are new, on all cores.</summary>
    internal GlyphMaster[] Masters(IReadOnlyList<FontFile> fonts, IReadOnlyList<string> texts)
    {
        // The first on this thread: what is wrong with the installation shows there, as itself and once.
        var masters = new GlyphMaster[fonts.Count * texts.Count];
        masters[0] = Master(fonts[0], texts[0]);
        Parallel.For(1, masters.Length, i => masters[i] = Master(fonts[i / texts.Count], texts[i % texts.Count]));
        return masters;
    }

    private GlyphMaster Master(FontFile font, string text) =>
        _masters.GetOrAdd((font.Path, text), _ => new Lazy<GlyphMaster>(() => GlyphMaster.Draw(text, font))).Value;
}
