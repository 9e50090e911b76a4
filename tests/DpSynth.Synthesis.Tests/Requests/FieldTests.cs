using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Catalogue;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Tests.Requests;

/// <summary>What the schema says of a field is what the reader does.</summary>
public sealed class FieldTests
{
    private static IEnumerable<(string Part, Field Field)> All =>
        RequestParts.Reader.Parts.SelectMany(part => part.Fields.Select(one => (part.Name, one)));

    [Fact]
    public void Every_number_is_taken_up_to_the_ends_of_its_range_and_refused_beyond()
    {
        var tried = 0;
        foreach (var (part, field) in All.Where(one => Kind(one.Field) is "number" or "integer"))
        {
            var schema = field.Schema();
            var step = Kind(field) == "integer" ? 1 : 0.001;
            foreach (var (name, sign) in new[] { ("inimum", -1), ("aximum", 1) })
            {
                if (schema["m" + name] is { } end)
                {
                    Assert.True(Takes(field, Number(end)), $"{part}.{field.Name} refuses its {name}.");
                    Assert.False(Takes(field, Number(end) + (sign * step)), $"{part}.{field.Name} takes more than its {name}.");
                    tried++;
                }
                else if (schema["exclusiveM" + name] is { } open)
                {
                    Assert.False(Takes(field, Number(open)), $"{part}.{field.Name} takes its open {name}.");
                    tried++;
                }
            }
        }

        Assert.InRange(tried, 50, 200);
    }

    [Fact]
    public void Every_choice_is_taken_and_nothing_else()
    {
        foreach (var (part, field) in All.Where(one => one.Field.Schema()["enum"] is not null && one.Field.Name is not "method"))
        {
            foreach (var choice in field.Schema()["enum"]!.AsArray())
            {
                Assert.True(Takes(field, choice!), $"{part}.{field.Name} refuses {choice}.");
            }

            Assert.False(Takes(field, "somethingElse"), $"{part}.{field.Name} takes anything.");
        }
    }

    [Fact]
    public void Every_default_of_the_schema_is_what_the_absent_field_means()
    {
        // An absent share is told from a given one, to refuse it where no counts are paid for.
        foreach (var (part, field) in All.Where(one => one.Field.Schema()["default"] is JsonValue && one.Field.Name is not ("method" or "classCountShare")))
        {
            Assert.True(
                Equals(Read(field, new JsonObject()),
                    Read(field, Object(field, field.Schema()["default"]!))),
                $"{part}.{field.Name} has another default.");
        }
    }

    [Fact]
    public void No_field_lacks_words() => Assert.All(All, one => Assert.False(string.IsNullOrWhiteSpace(one.Field.Meaning), one.Field.Name));

    private static string? Kind(Field field) => field.Schema()["type"] is JsonValue type ? type.GetValue<string>() : null;

    private static bool Takes(Field field, JsonNode value)
    {
        try
        {
            Read(field, Object(field, value));
            return true;
        }
        catch (RequestException)
        {
            return false;
        }
    }

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static JsonObject Object(Field field, JsonNode value) => new() { [field.Name] = value.DeepClone() };

    private static object? Read(Field field, JsonObject json)
    {
        using var document = JsonDocument.Parse(json.ToJsonString());
        try
        {
            return field.GetType().GetMethod("Of")!.Invoke(field, [new JsonFields(document.RootElement, "")]);
        }
        catch (System.Reflection.TargetInvocationException fault) when (fault.InnerException is RequestException)
        {
            throw fault.InnerException;
        }
    }
}
