using System.Globalization;
using System.Text;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// Unicode's normalisation form C (UAX #15). The base library's own needs ICU, which programs with invariant globalisation do not load.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul syllables are composed by arithmetic: the Unicode Standard, section 3.12.
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int LeadCount = 19;
    private const int VowelCount = 21;
    private const int TrailCount = 28;
    private const int SyllableCount = LeadCount * VowelCount * TrailCount;

    private static readonly Tables Data = Tables.Read();

    /// <summary>The text in normalisation form C; lone surrogates become U+FFFD.</summary>
    public static string Normalize(string text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text;
        }

        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Compose(points);
        var result = new StringBuilder(points.Count);
        foreach (var point in points)
        {
            result.Append(new Rune(point).ToString());
        }

        return result.ToString();
    }

    private static void Decompose(int point, List<int> points)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            points.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            points.Add(VowelBase + (syllable / TrailCount % VowelCount));
            if (syllable % TrailCount > 0)
            {
                points.Add(TrailBase + (syllable % TrailCount));
            }
        }
        else if (Data.Decompositions.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, points);
            }
        }
        else
        {
            points.Add(point);
        }
    }

    // Runs of combining marks are sorted by class; equal classes keep their order.
    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var point = points[i];
            var combiningClass = Class(point);
            if (combiningClass == 0)
            {
                continue;
            }

            var place = i;
            for (; place > 0 && Class(points[place - 1]) > combiningClass; place--)
            {
                points[place] = points[place - 1];
            }

            points[place] = point;
        }
    }

    private static void Compose(List<int> points)
    {
        var starter = -1;
        var lastClass = 0;
        var kept = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var combiningClass = Class(point);
            var adjacent = starter == kept - 1;
            if (starter >= 0 && (adjacent || (lastClass < combiningClass && lastClass > 0)) && Join(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }

            if (combiningClass == 0)
            {
                starter = kept;
            }

            lastClass = combiningClass;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int? Join(int first, int second)
    {
        var lead = first - LeadBase;
        var vowel = second - VowelBase;
        if (lead is >= 0 and < LeadCount && vowel is >= 0 and < VowelCount)
        {
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        }

        var syllable = first - SyllableBase;
        var trail = second - TrailBase;
        if (syllable is >= 0 and < SyllableCount && syllable % TrailCount == 0 && trail is > 0 and < TrailCount)
        {
            return first + trail;
        }

        return Data.Compositions.TryGetValue((first, second), out var joined) ? joined : null;
    }

    private static int Class(int point) => Data.Classes.GetValueOrDefault(point);

    private sealed record Tables(
        Dictionary<int, int[]> Decompositions, Dictionary<(int First, int Second), int> Compositions, Dictionary<int, int> Classes)
    {
        public static Tables Read()
        {
            var tables = new Tables([], [], []);
            using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical-composition.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line[0] != '#')
                {
                    tables.Add(line.Split(' '));
                }
            }

            return tables;
        }

        private void Add(string[] fields)
        {
            var numbers = fields.Skip(1).Select(field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            if (fields[0] == "c")
            {
                for (var point = numbers[0]; point <= numbers[1]; point++)
                {
                    Classes[point] = int.Parse(fields[3], CultureInfo.InvariantCulture);
                }

                return;
            }

            Decompositions[numbers[0]] = numbers[1..];
            if (fields[0] == "d")
            {
                Compositions[(numbers[1], numbers[2])] = numbers[0];
            }
        }
    }
}
