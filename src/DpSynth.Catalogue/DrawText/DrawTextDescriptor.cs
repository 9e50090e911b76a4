using System.Text.Json.Nodes;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.DrawText;

/// <summary>The generator <c>draw-text</c> among what requests can name, and the reader of its options.</summary>
public static class DrawTextDescriptor
{
    private static readonly DrawTextOptions _defaults = new();

    private static readonly Field<IReadOnlyList<string>> _texts = Field.Texts(
        "texts", 256, "the ten digits", "1 to 256, one visible character each", "what to draw");

    private static readonly Field<IReadOnlyList<string>> _fonts = Field.Texts("fonts", 1000, "all that ship", "", "families to draw from");

    private static readonly Field<TextCentring> _centre = Field.Choice(
        "centre",
        "which point of the glyph lies in the middle: its centre of mass, or the middle of its box",
        ("mass", TextCentring.Mass),
        ("box", TextCentring.Box));

    private static readonly Field<ParameterRange> _size = Range("size", _defaults.Size, 1, 40, "font size in pixels; a glyph's longer side is 0.7 × that");

    private static readonly Field<ParameterRange> _stroke = Range("stroke", _defaults.Stroke, -2, 8, "pixels added to the strokes' thickness");

    private static readonly Field<ParameterRange> _rotation = Range("rotation", _defaults.Rotation, -180, 180, "degrees, counter-clockwise");

    private static readonly Field<ParameterRange> _shear = Range("shear", _defaults.Shear, -1, 1, "pixels to the right for each pixel up");

    private static readonly Field<ParameterRange> _aspect = Range(
        "aspect", _defaults.Aspect, -1, 1, "natural logarithm of the factor by which width ÷ height grows");

    private static readonly Field<ParameterRange> _offset = Range("offset", _defaults.Offset, -14, 14, "translation in pixels, each direction for itself");

    private static readonly Field<ParameterRange> _elastic = Range(
        "elastic", _defaults.Elastic, -0.2, 0.2, "coefficients of a smooth warp, as a fraction of the glyph's longer side");

    /// <summary>The generator.</summary>
    public static GeneratorDescriptor Instance { get; } = new()
    {
        Name = DrawTextOptions.GeneratorName,
        Summary = "A simulator that draws a character in a font, white on black; it needs no model.",
        Options = typeof(DrawTextOptions),
        Fields = [_texts, _fonts, _centre, _size, _stroke, _rotation, _shear, _aspect, _offset, _elastic],
        Read = static fields => fields is null ? _defaults : Read(fields),
    };

    private static DrawTextOptions Read(JsonFields fields)
    {
        var texts = _texts.Of(fields);
        return new DrawTextOptions
        {
            Texts = texts.Count > 0 ? texts : _defaults.Texts,
            Fonts = _fonts.Of(fields),
            Centre = _centre.Of(fields),
            Size = _size.Of(fields),
            Stroke = _stroke.Of(fields),
            Rotation = _rotation.Of(fields),
            Shear = _shear.Of(fields),
            Aspect = _aspect.Of(fields),
            Offset = _offset.Of(fields),
            Elastic = _elastic.Of(fields),
        };
    }

    private static Field<ParameterRange> Range(string name, ParameterRange absent, double smallest, double largest, string meaning) =>
        new(name, meaning, (fields, field) =>
        {
            if (fields.Object(field) is not { } range)
            {
                return absent;
            }

            var result = new ParameterRange(range.RequireNumber("minimum"), range.RequireNumber("maximum"));
            range.RefuseUnknown();
            return result;
        })
        {
            Default = $"{Field.Show(absent.Minimum)} to {Field.Show(absent.Maximum)}",
            Range = $"{Field.Show(smallest)} to {Field.Show(largest)}",
            Schema = () => new()
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["required"] = new JsonArray("minimum", "maximum"),
                ["properties"] = new JsonObject { ["minimum"] = Bound(smallest, largest), ["maximum"] = Bound(smallest, largest) },
                ["default"] = new JsonObject { ["minimum"] = absent.Minimum, ["maximum"] = absent.Maximum },
            },
        };

    private static JsonObject Bound(double smallest, double largest) => new() { ["type"] = "number", ["minimum"] = smallest, ["maximum"] = largest };
}
