using DpSynth.Catalogue.DrawText;
using DpSynth.Numerics;

namespace DpSynth.Generators.DrawText;

/// <summary>
/// What a candidate of <c>draw-text</c> is: a row of float32. Font and text are indices into the generator's fonts and texts, the
/// others have the units of <see cref="DrawTextOptions"/>.
/// </summary>
internal static class DrawTextParameters
{
    internal const int Font = 0;
    internal const int Text = 1;
    internal const int Size = 2;
    internal const int Stroke = 3;
    internal const int Rotation = 4;
    internal const int Shear = 5;
    internal const int Aspect = 6;
    internal const int OffsetX = 7;
    internal const int OffsetY = 8;
    internal const int ElasticX = 9;
    internal const int ElasticY = ElasticX + GlyphPlacement.WarpCoefficients.Count;
    internal const int Count = ElasticY + GlyphPlacement.WarpCoefficients.Count;

    /// <summary>Draws every parameter uniformly from its range.</summary>
    internal static void Draw(DrawTextOptions options, int fonts, int texts, ulong seed, Span<float> parameters)
    {
        var random = new SeededRandom(seed);
        parameters[Font] = random.NextInt(fonts);
        parameters[Text] = random.NextInt(texts);
        for (var i = Size; i < Count; i++)
        {
            var range = RangeOf(options, i);
            parameters[i] = Inside(range, random.NextDouble(range.Minimum, range.Maximum));
        }
    }

    /// <summary>Moves every parameter of <paramref name="parent"/> within its reach.</summary>
    internal static void Vary(
        DrawTextOptions options, int fonts, int texts, DrawTextReach reach, ulong seed, ReadOnlySpan<float> parent, Span<float> parameters)
    {
        // Every draw is made at every degree, so that one parameter's reach does not change how the others move.
        var random = new SeededRandom(seed);
        parameters[Font] = Redraw(ref random, reach.Font, fonts, parent[Font]);
        parameters[Text] = Redraw(ref random, reach.Text, texts, parent[Text]);
        for (var i = Size; i < Count; i++)
        {
            var step = ReachOf(reach, i) * random.NextDouble(-1, 1);
            parameters[i] = step == 0 ? parent[i] : Reflect(RangeOf(options, i), parent[i] + step);
        }
    }

    internal static ParameterRange RangeOf(DrawTextOptions options, int parameter) => parameter switch
    {
        Size => options.Size,
        Stroke => options.Stroke,
        Rotation => options.Rotation,
        Shear => options.Shear,
        Aspect => options.Aspect,
        OffsetX or OffsetY => options.Offset,
        _ => options.Elastic,
    };

    private static double ReachOf(DrawTextReach reach, int parameter) => parameter switch
    {
        Size => reach.Size,
        Stroke => reach.Stroke,
        Rotation => reach.Rotation,
        Shear => reach.Shear,
        Aspect => reach.Aspect,
        OffsetX or OffsetY => reach.Offset,
        _ => reach.Elastic,
    };

    private static float Redraw(ref SeededRandom random, double probability, int choices, float current)
    {
        var changes = random.NextBoolean(probability);
        var choice = random.NextInt(choices);
        return changes ? choice : current;
    }

    /// <summary>Mirrors what went past an end back inside; clamps what is still outside then.</summary>
    private static float Reflect(ParameterRange range, double value)
    {
        if (value > range.Maximum)
        {
            value = (2 * range.Maximum) - value;
        }
        else if (value < range.Minimum)
        {
            value = (2 * range.Minimum) - value;
        }

        return Inside(range, value);
    }

    private static float Inside(ParameterRange range, double value) => (float)Math.Clamp(value, range.Minimum, range.Maximum);
}
