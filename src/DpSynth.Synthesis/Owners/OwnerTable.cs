using System.Security.Cryptography;
using System.Text;

namespace DpSynth.Synthesis.Owners;

/// <summary>The owners of a dataset's images as a CSV file beside them tells: header <c>image,owner</c>, one row an image.</summary>
public sealed class OwnerTable : OwnerLookup
{
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
            var number = 0;
            foreach (var row in CsvRows.Read(text))
            {
                number++;
                if (number == 1)
                {
                    RequireHeader(row);
                }
                else
                {
                    table.Add(row, number);
                }
            }

            return number > 0 ? table : throw new InvalidDataException("it is empty; its first row must be 'image,owner'");
        }
        catch (DecoderFallbackException fault)
        {
            throw new InvalidDataException("it is not UTF-8 text", fault);
        }
    }

    /// <inheritdoc/>
    public override OwnerMatch? Find(ImagePath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _owners.TryGetValue(path.Text, out var match) ? match : null;
    }

    private static void RequireHeader(List<string> row)
    {
        if (row is not ["image", "owner"])
        {
            throw new InvalidDataException("its first row must be 'image,owner'");
        }
    }

    private void Add(List<string> row, int number)
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
