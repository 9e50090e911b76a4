using System.Text;
using Spectre.Console;

namespace DpSynth.Cli.Terminals;

/// <summary>A writer as the library for terminals sees it: what it may be sent is decided here, not by the library's look at the environment.</summary>
internal sealed class Screen : IAnsiConsoleOutput
{
    private const int UnknownWidth = 80;

    private readonly Func<int> _width;

    private Screen(TextWriter writer, Func<int> width) => (Writer, _width) = (writer, width);

    public TextWriter Writer { get; }

    public bool IsTerminal => true;

    public int Width => _width() is > 0 and var columns ? columns : UnknownWidth;

    public int Height => 25;

    /// <summary>Opens a writer.</summary>
    /// <param name="writer">Receives text, and with colours the codes for them.</param>
    /// <param name="width">Its columns, asked whenever something is drawn.</param>
    /// <param name="hasColours">Whether it shows colours and lets lines be redrawn.</param>
    public static IAnsiConsole Open(TextWriter writer, Func<int> width, bool hasColours) => AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new Screen(writer, width),
        Ansi = hasColours ? AnsiSupport.Yes : AnsiSupport.No,
        ColorSystem = hasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
        Interactive = hasColours ? InteractionSupport.Yes : InteractionSupport.No,
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
    });

    public void SetEncoding(Encoding encoding)
    {
        // The writer has its own.
    }
}
