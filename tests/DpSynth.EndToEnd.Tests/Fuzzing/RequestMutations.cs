using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DpSynth.Numerics;

namespace DpSynth.EndToEnd.Tests.Fuzzing;

/// <summary>Changes requests: by their structure, so that what comes out is looked at deeply, and by their bytes. The same seed gives the same bytes.</summary>
internal sealed class RequestMutations(ulong seed)
{
    private const string RawMark = "raw:";

    /// <summary>Values that stand in JSON as they are, which no writer of JSON would write.</summary>
    private static readonly string[] _raw =
    [
        "1e999", "-1e999", "1e-999", new string('9', 400), "-0", "0.1e+0", "01", "NaN", "\"\\ud800\"", "\"\\udc00 \\ud800\"", "\"\\u0000\"", "\"\\x\"",
        "{\"\\ud800\":1}", "{\"a\":1,\"a\":2}", "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]", new string('[', 20_000), "\"" + new string('a', 30_000) + "\"",
        "[" + string.Join(',', Enumerable.Repeat("0", 5000)) + "]", "// \n 1", "\"\u202e\u0007\"", "2147483648", "-2147483649", "1e308", "5e-324",
    ];

    private static readonly Func<JsonNode?>[] _values =
    [
        () => null, () => true, () => false, () => "", () => "NaN", () => "../../x", () => -1, () => 0, () => 1.5, () => long.MaxValue, () => new JsonArray(),
        () => new JsonObject(), () => new JsonArray(1, "a", null), () => "draw-text", () => "openai-images", () => "csv", () => "(((((((((a*)*)*)*)*)*)*)*)*$",
        () => "https://localhost/", () => "\U0001F600", () => new JsonObject { ["name"] = "pixels", ["options"] = new JsonObject { ["x"] = 1 } },
    ];

    private readonly SeededRandom _random = new(seed);

    /// <summary>A changed request.</summary>
    public byte[] Change(string request)
    {
        var text = request;
        if (_random.NextInt(10) > 0)
        {
            var root = JsonNode.Parse(request)!;
            for (var changes = 1 + _random.NextInt(3); changes > 0; changes--)
            {
                ChangeNode(root);
            }

            text = Unmark(root.ToJsonString());
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return _random.NextInt(5) == 0 ? ChangeBytes(bytes) : bytes;
    }

    /// <summary>One of several.</summary>
    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[_random.NextInt(choices.Length)];

    private void ChangeNode(JsonNode root)
    {
        var objects = Objects(root).ToArray();
        var place = objects[_random.NextInt(objects.Length)];
        var key = place.Count == 0 ? "x" : place.ElementAt(_random.NextInt(place.Count)).Key;
        switch (_random.NextInt(8))
        {
            case 0:
                place.Remove(key);
                break;
            case 1:
                place[key + Pick("x", " ", "\0", "é", "$")] = Value();
                break;
            case 2 when place[key] is { } moved:
                place.Remove(key);
                place[key.ToUpperInvariant()] = moved;
                break;
            case 3 when place[key] is JsonArray { Count: > 0 } list:
                list[_random.NextInt(list.Count)] = Value();
                break;
            case 4:
                place[RawMark + Pick("\\ud800", "\\u0000", "a\\tb", "")] = Value();
                break;
            default:
                place[key] = Value();
                break;
        }
    }

    private JsonNode? Value() => _random.NextInt(2) == 0
        ? RawMark + _random.NextInt(_raw.Length).ToString(CultureInfo.InvariantCulture)
        : _values[_random.NextInt(_values.Length)]();

    private byte[] ChangeBytes(byte[] bytes)
    {
        var at = _random.NextInt(bytes.Length);
        switch (_random.NextInt(5))
        {
            case 0:
                return bytes[..at];
            case 1:
                bytes[at] ^= (byte)(1 << _random.NextInt(8));
                return bytes;
            case 2:
                return [.. bytes[..at], Pick<byte>(0, 0xFF, 0xC3, (byte)'"', (byte)'{', (byte)'\\'), .. bytes[at..]];
            case 3:
                return [.. Pick<byte[]>([0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0, 0]), .. bytes];
            default:
                return [.. bytes, .. bytes];
        }
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject inner => inner.SelectMany(member => Objects(member.Value)).Prepend(inner),
        JsonArray list => list.SelectMany(Objects),
        _ => [],
    };

    private static string Unmark(string text)
    {
        for (var i = _raw.Length - 1; i >= 0; i--)
        {
            text = text.Replace($"\"{RawMark}{i}\"", _raw[i], StringComparison.Ordinal);
        }

        // A key keeps its quotes; the writer has escaped the backslash.
        return text.Replace($"\"{RawMark}", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
    }
}
