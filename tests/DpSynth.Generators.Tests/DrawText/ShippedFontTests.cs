using System.Text.Json;
using DpSynth.Generators.DrawText;
using DpSynth.Imaging.Fonts;

namespace DpSynth.Generators.Tests.DrawText;

public sealed class ShippedFontTests(ShippedFonts shipped) : IClassFixture<ShippedFonts>
{
    private const string Scope = "@expo-google-fonts/";

    [Fact]
    public void At_least_60_families_ship_each_once()
    {
        var families = shipped.Catalogue.Fonts.Select(font => font.Family).ToArray();
        Assert.True(families.Length >= 60, $"{families.Length} families");
        Assert.Distinct(families);
    }

    [Fact]
    public void Every_family_of_the_package_list_ships_with_its_licence_and_is_documented()
    {
        var root = RepositoryRoot();
        using var package = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "eng", "assets", "package.json")));
        string[] listed = [.. package.RootElement.GetProperty("dependencies").EnumerateObject()
            .Where(dependency => dependency.Name.StartsWith(Scope, StringComparison.Ordinal))
            .Select(dependency => dependency.Name[Scope.Length..])];

        // A row: | family | package | kind | licence |
        var rows = File.ReadLines(Path.Combine(root, "docs", "fonts.md")).Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 6 && cells[4] is "OFL-1.1" or "Apache-2.0").ToArray();
        Assert.Equal(listed.Order(), rows.Select(row => row[2]).Order());
        Assert.Equal(shipped.Catalogue.Fonts.Select(font => font.Family).Order(), rows.Select(row => row[1]).Order());

        foreach (var row in rows)
        {
            var licence = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "fonts", "licences", row[2] + ".txt"));
            Assert.Contains(row[4] == "OFL-1.1" ? "SIL OPEN FONT LICENSE" : "Apache License", licence, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Every_family_draws_its_own_digits_and_letters()
    {
        foreach (var text in "0123456789ABEGKMRagkr".Select(character => character.ToString()))
        {
            // A character that a font lacks would come from another font, and be that one's.
            var drawn = shipped.Catalogue.Fonts.GroupBy(font => Fingerprint(text, font));
            Assert.All(drawn, same => Assert.True(same.Count() == 1, $"'{text}' is the same in {string.Join(", ", same.Select(font => font.Family))}"));
        }
    }

    [Fact]
    public void Every_family_tells_its_digits_apart()
    {
        foreach (var font in shipped.Catalogue.Fonts)
        {
            Assert.Equal(10, "0123456789".Select(digit => Fingerprint(digit.ToString(), font)).Distinct().Count());
        }
    }

    [Fact]
    public void Select_takes_families_by_name_whatever_their_case()
    {
        var fonts = shipped.Catalogue.Select(["patrick hand", "Caveat", "PATRICK HAND"]);
        Assert.Equal(["Patrick Hand", "Caveat"], fonts.Select(font => font.Family));
        Assert.Same(shipped.Catalogue.Fonts, shipped.Catalogue.Select([]));
    }

    [Fact]
    public void Select_names_near_matches_of_an_unknown_family()
    {
        var error = Assert.Throws<ArgumentException>(() => shipped.Catalogue.Select(["Patrik Hand"]));
        Assert.Contains("'Patrik Hand' does not ship", error.Message);
        Assert.Contains("'Patrick Hand'", error.Message);
    }

    [Fact]
    public void Open_says_what_to_do_when_there_are_no_fonts()
    {
        var error = Assert.Throws<InvalidOperationException>(() => FontCatalogue.Open(Path.Combine(AppContext.BaseDirectory, "no-such-folder")));
        Assert.Contains("run ./dpsynth", error.Message);
    }

    private static string Fingerprint(string text, FontFile font)
    {
        var mask = TextMask.Draw(text, font, 64);
        return $"{mask.Width}×{mask.Height} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(mask.Coverage.Span))}";
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DpSynth.Functions.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder.FullName;
    }
}
