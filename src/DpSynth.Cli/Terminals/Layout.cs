using Spectre.Console;
using Spectre.Console.Rendering;

namespace DpSynth.Cli.Terminals;

/// <summary>
/// Lays out tables as text: columns two spaces apart, padded by what characters take on a screen. For a terminal headings stand out, and the last
/// column is wrapped where the others leave room for its words; else every row is one line.
/// </summary>
/// <param name="width">Columns of the terminal; null where it is none.</param>
public sealed class Layout(int? width)
{
    private const int Unlimited = 1 << 20;
    private const int Gap = 2;

    private static readonly Style _heading = new(decoration: Decoration.Bold);

    private static readonly Style _name = new(decoration: Decoration.Dim);

    /// <summary>Lays out a table.</summary>
    /// <param name="headings">The first line.</param>
    /// <param name="rows">The others, each as long as <paramref name="headings"/>.</param>
    public string Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows) =>
        Draw([headings.Select(heading => new Text(heading, _heading)).ToArray(), .. rows.Select(row => row.Select(cell => new Text(cell)).ToArray())]);

    /// <summary>Lays out names and values under one another; a name without a value is left out.</summary>
    public string Pairs(IEnumerable<(string Name, string? Value)> pairs) =>
        Draw([.. pairs.Where(pair => !string.IsNullOrEmpty(pair.Value)).Select(pair => (Text[])[new Text(pair.Name, _name), new Text(pair.Value!)])]);

    private string Draw(IReadOnlyList<Text[]> lines)
    {
        if (lines.Count == 0)
        {
            return "";
        }

        using var text = new StringWriter();
        var console = Screen.Open(text, () => Unlimited, hasColours: width is not null);
        var options = RenderOptions.Create(console);
        var sizes = Enumerable.Range(0, lines[0].Length)
            .Select(column => lines.Select(line => ((IRenderable)line[column]).Measure(options, Unlimited)).ToList())
            .Select(cells => (LongestWord: cells.Max(cell => cell.Min), Longest: cells.Max(cell => cell.Max))).ToList();
        var indent = sizes.SkipLast(1).Sum(size => size.Longest + Gap);
        if (width is { } columns && indent + sizes[^1].LongestWord <= columns)
        {
            console.Profile.Width = columns;
        }

        var grid = new Grid();
        foreach (var size in sizes)
        {
            grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, Gap, 0), Width = size.Longest, NoWrap = true });
        }

        grid.Columns[^1].Padding = new Padding(0);
        grid.Columns[^1].Width = null;
        grid.Columns[^1].NoWrap = false;
        foreach (var line in lines)
        {
            grid.AddRow(line);
        }

        console.Write(grid);
        return string.Join(Environment.NewLine, text.ToString().Split('\n').Select(line => line.TrimEnd())).TrimEnd();
    }
}
