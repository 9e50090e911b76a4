using System.Text;

namespace DpSynth.Synthesis.Owners;

/// <summary>
/// Reads comma-separated values strictly by RFC 4180: fields that hold commas, quotes or line ends stand in double quotes, quotes in
/// them are doubled, rows end with CR LF or LF. Faults name the row by its number, never its content.
/// </summary>
internal static class CsvRows
{
    /// <summary>Longest field in characters.</summary>
    private const int LongestField = 4096;

    /// <summary>Reads row after row; the list is new each time.</summary>
    /// <exception cref="InvalidDataException">The text is no CSV; the message is the end of a sentence, such as "row 3 has …".</exception>
    public static IEnumerable<List<string>> Read(TextReader text)
    {
        for (var number = 1; text.Peek() >= 0; number++)
        {
            yield return ReadRow(text, number);
        }
    }

    private static List<string> ReadRow(TextReader text, int number)
    {
        var row = new List<string>();
        while (true)
        {
            row.Add(text.Peek() == '"' ? ReadQuoted(text, number) : ReadPlain(text, number));
            switch (text.Read())
            {
                case ',':
                    continue;
                case '\r' when text.Read() != '\n':
                    throw new InvalidDataException($"row {number} has a carriage return that ends no line");
                default:
                    return row;
            }
        }
    }

    private static string ReadPlain(TextReader text, int number)
    {
        var field = new StringBuilder();
        for (var next = text.Peek(); next is >= 0 and not (',' or '\r' or '\n'); next = text.Peek())
        {
            if (next == '"')
            {
                throw new InvalidDataException($"row {number} has a quote inside a field that does not begin with one");
            }

            Append(field, (char)text.Read(), number);
        }

        return field.ToString();
    }

    private static string ReadQuoted(TextReader text, int number)
    {
        var field = new StringBuilder();
        _ = text.Read();
        while (true)
        {
            switch (text.Read())
            {
                case < 0:
                    throw new InvalidDataException($"row {number} has a quote that is not closed");
                case '"' when text.Peek() == '"':
                    Append(field, (char)text.Read(), number);
                    break;
                case '"':
                    return text.Peek() is < 0 or ',' or '\r' or '\n'
                        ? field.ToString()
                        : throw new InvalidDataException($"row {number} goes on after a closing quote");
                case var character:
                    Append(field, (char)character, number);
                    break;
            }
        }
    }

    private static void Append(StringBuilder field, char character, int number)
    {
        if (field.Length == LongestField)
        {
            throw new InvalidDataException($"row {number} has a field of more than {LongestField} characters");
        }

        field.Append(character);
    }
}
