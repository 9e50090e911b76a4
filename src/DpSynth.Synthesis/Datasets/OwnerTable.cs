using System.Security.Cryptography;
using System.Text;
using CsvHelper;

namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// The owners of a dataset's images as a CSV file beside them tells: header <c>image,owner</c>, one row an image, by RFC 4180. Faults name
/// the row by its number, never its content.
/// </summary>
public sealed class OwnerTable : OwnerLookup
{
    private const int MaxRow = 1 << 16;

    // A row that has to be guessed at could give an image to the wrong owner: none is repaired or left out.
    private static readonly CsvReaderOptions _format = new()
    {
        Separator = ',',
        HasHeader = false,
        SkipEmptyLines = false,
        MaxRecordSize = MaxRow,
        IncludeValuesInExceptions = false,
        OnMalformedRecord = row => throw new InvalidDataException($"row {row.RecordNumber} {Fault(row.Reason)}"),
    };

    private readonly Dictionary<string, OwnerMatch> _owners = new(StringComparer.Ordinal);
    private readonly List<string> _images = [];

    private OwnerTable(string hash) => Hash = hash;

    /// <summary>SHA-256 of the table's bytes, in hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>The paths of the images that the table names, row by row.</summary>
    public IReadOnlyList<string> Images => _images;

    /// <summary>Reads a table.</summary>
    /// <param name="content">UTF-8; can be read twice.</param>
    /// <exception cref="InvalidDataException">The content is no such table; the message is the end of a sentence that names a row by its number.</exception>
    public static OwnerTable Read(Stream content)
    {
        var table = new OwnerTable(Convert.ToHexStringLower(SHA256.HashData(content)));
        content.Position = 0;
        using var text = new StreamReader(content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        try
        {
            using var rows = CsvReader.Create(text, _format, leaveOpen: true);
            if (!rows.Read())
            {
                throw new InvalidDataException("it is empty; its first row must be 'image,owner'");
            }

            RequireHeader(Fields(rows));
            while (rows.Read())
            {
                table.Add(Fields(rows), rows.RowNumber);
            }

            return table;
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException("it is not UTF-8 text", fault);
        }
        catch (CsvFormatException fault)
        {
            throw new InvalidDataException($"row {fault.RecordNumber} is longer than {MaxRow} bytes", fault);
        }
    }

    /// <inheritdoc/>
    public override OwnerMatch? Find(ImagePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _owners.TryGetValue(path.Text, out var match) ? match : null;
    }

    private static string Fault(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.UnterminatedQuote => "has a quote that is not closed",
        CsvMalformedReason.TextAfterClosingQuote => "goes on after a closing quote",
        CsvMalformedReason.StrayQuote => "has a quote inside a field that does not begin with one",
        _ => "is no CSV",
    };

    private static string[] Fields(CsvReader row) => [.. Enumerable.Range(0, row.FieldCount).Select(row.GetString)];

    private static void RequireHeader(string[] row)
    {
        if (row is not ["image", "owner"])
        {
            throw new InvalidDataException("its first row must be 'image,owner'");
        }
    }

    private void Add(string[] row, long number)
    {
        if (row is not [{ Length: > 0 } image, { Length: > 0 } owner])
        {
            throw new InvalidDataException($"row {number} has not two fields with content, an image and its owner");
        }

        var path = ImagePath.Parse(image).Text;
        if (!_owners.TryAdd(path, new OwnerMatch(OwnerId.Of(owner), _images.Count)))
        {
            throw new InvalidDataException($"row {number} names an image that an earlier row names too");
        }

        _images.Add(path);
    }
}
