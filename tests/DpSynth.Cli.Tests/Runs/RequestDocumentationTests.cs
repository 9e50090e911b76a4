using System.Text.RegularExpressions;
using DpSynth.Catalogue;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Tests.Runs;

/// <summary>The tables of docs/requests.md say what is read.</summary>
public sealed partial class RequestDocumentationTests
{
    [Fact]
    public void Tables_of_the_documentation_are_those_that_runs_schema_prints()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot(), "docs", "requests.md"));
        var tables = Table().Matches(text).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["table"].Value, StringComparer.Ordinal);

        Assert.Equal(RequestParts.Reader.Parts.Select(part => part.Name).Order(StringComparer.Ordinal), tables.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, fields) in RequestParts.Reader.Parts)
        {
            Assert.True(RequestSchema.Table(fields) == tables[name], $"The table '{name}' in docs/requests.md is not the one that './dpsynth runs "
                + "schema --markdown' prints.");
        }
    }

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DpSynth.Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return folder;
    }

    [GeneratedRegex(@"^<!-- fields: (?<name>[A-Za-z-]+) -->\n\n(?<table>(\|[^\n]*\n)+)",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Table();
}
