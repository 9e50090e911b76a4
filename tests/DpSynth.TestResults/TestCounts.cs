using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace DpSynth.TestResults;

/// <summary>How many tests there were.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Passed">Those that passed.</param>
/// <param name="Failed">Those that failed.</param>
public sealed record TestCounts(int Total, int Passed, int Failed)
{
    private static readonly XNamespace _trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    // What tests print may hold control characters, which XML has no way to write; the logger writes them nevertheless.
    private static readonly XmlReaderSettings _settings = new() { CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit };

    /// <summary>Those that neither passed nor failed.</summary>
    public int Skipped => Total - Passed - Failed;

    /// <summary>Reads the counters of a <c>.trx</c> file.</summary>
    /// <returns>False if there is no such file, or it was cut off, or it has no counters.</returns>
    public static bool TryRead(string path, [NotNullWhen(true)] out TestCounts? counts)
    {
        counts = null;
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var reader = XmlReader.Create(path, _settings);
            if (XDocument.Load(reader).Root?.Element(_trx + "ResultSummary")?.Element(_trx + "Counters") is { } counters
                && TryGet(counters, "total", out var total) && TryGet(counters, "passed", out var passed) && TryGet(counters, "failed", out var failed))
            {
                counts = new TestCounts(total, passed, failed);
            }
        }
        catch (XmlException)
        {
            // Cut off: a test host or its runner was killed while it wrote.
        }

        return counts is not null;
    }

    private static bool TryGet(XElement counters, string name, out int value) =>
        int.TryParse(counters.Attribute(name)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
