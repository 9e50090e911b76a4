using DpSynth.Imaging.Fonts;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.DrawText;

/// <summary>The font files that ship beside the program, in a fixed order.</summary>
public sealed class FontCatalogue
{
    private const int NearMatches = 3;

    private FontCatalogue(IReadOnlyList<FontFile> fonts) => Fonts = fonts;

    /// <summary>All fonts, by file name.</summary>
    public IReadOnlyList<FontFile> Fonts { get; }

    /// <summary>Opens the fonts in <c>fonts/</c> beside the program.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static FontCatalogue Open() => Open(Path.Combine(AppContext.BaseDirectory, "fonts"));

    /// <summary>Opens the <c>.ttf</c> files of a folder.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static FontCatalogue Open(string folder)
    {
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.ttf") : [];
        if (files.Length == 0)
        {
            throw new InvalidOperationException($"There are no fonts in {folder}: run ./dpsynth, which installs and copies them.");
        }

        Array.Sort(files, StringComparer.Ordinal);
        return new FontCatalogue([.. files.Select(FontFile.Open)]);
    }

    /// <summary>The fonts of the named families in the order named, or all if none is named.</summary>
    /// <exception cref="ArgumentException">A family does not ship; the text names the most similar ones that do.</exception>
    public IReadOnlyList<FontFile> Select(IReadOnlyList<string> families) =>
        families.Count == 0 ? Fonts : [.. families.Distinct(StringComparer.OrdinalIgnoreCase).Select(Find)];

    private FontFile Find(string family)
    {
        foreach (var font in Fonts)
        {
            if (string.Equals(font.Family, family, StringComparison.OrdinalIgnoreCase))
            {
                return font;
            }
        }

        var near = Fonts.OrderBy(font => EditDistance.Between(font.Family.ToLowerInvariant(), family.ToLowerInvariant())).Take(NearMatches);
        throw new ArgumentException(
            $"The font '{family}' does not ship; the nearest names are {string.Join(", ", near.Select(font => $"'{font.Family}'"))}.",
            nameof(family));
    }
}
