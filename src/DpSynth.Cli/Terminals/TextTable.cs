using System.Text;

namespace DpSynth.Cli.Terminals;

/// <summary>A table in plain text: columns padded to their widest cell, two spaces between.</summary>
public static class TextTable
{
    /// <summary>Draws the table.</summary>
    /// <param name="headings">The first line.</param>
    /// <param name="rows">The others, each as long as <paramref name="headings"/>.</param>
    public static string Draw(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<IReadOnlyList<string>> lines = [headings, .. rows];
        var widths = Enumerable.Range(0, headings.Count).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            var cells = line.Select((cell, column) => cell.PadRight(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }

        return text.ToString();
    }

    /// <summary>Draws names and values under one another.</summary>
    public static string DrawPairs(IEnumerable<(string Name, string? Value)> pairs)
    {
        var shown = pairs.Where(pair => !string.IsNullOrEmpty(pair.Value)).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(pair => pair.Name.Length);
        return string.Join(Environment.NewLine, shown.Select(pair => $"{pair.Name.PadRight(width)}  {pair.Value}"));
    }
}
