using DpSynth.Synthesis.Requests;
namespace DpSynth.Catalogue.DrawText;

/// <summary>
/// How far a variation of <c>draw-text</c> moves each parameter. Numbers move uniformly within ± their reach and are reflected at
/// the ends of their range; font and character are drawn anew with a probability.
/// </summary>
/// <param name="Font">Probability of drawing the font anew, 0 to 1.</param>
/// <param name="Text">Probability of drawing the character anew, 0 to 1.</param>
/// <param name="Size">± pixels.</param>
/// <param name="Stroke">± pixels.</param>
/// <param name="Rotation">± degrees.</param>
/// <param name="Shear">± pixels to the right for each pixel up.</param>
/// <param name="Aspect">± natural logarithm of width ÷ height.</param>
/// <param name="Offset">± pixels, each direction for itself.</param>
/// <param name="Elastic">± fraction of the glyph's longer side, each coefficient for itself.</param>
public sealed record DrawTextReach(
    double Font, double Text, double Size, double Stroke, double Rotation, double Shear, double Aspect, double Offset, double Elastic)
{
    /// <summary>The reach of degree 1. Font, size, stroke, rotation and text are those of the first generation in the published MNIST setting.</summary>
    public static DrawTextReach Full { get; } = new(
        Font: 1, Text: 0, Size: 6, Stroke: 1, Rotation: 11, Shear: 0.2, Aspect: 0.2, Offset: 0.5, Elastic: 0.025);

    private static readonly Component[] Components =
    [
        new("font", 1, Full.Font, (reach, value) => reach with { Font = value }),
        new("text", 1, Full.Text, (reach, value) => reach with { Text = value }),
        new("size", 40, Full.Size, (reach, value) => reach with { Size = value }),
        new("stroke", 10, Full.Stroke, (reach, value) => reach with { Stroke = value }),
        new("rotation", 360, Full.Rotation, (reach, value) => reach with { Rotation = value }),
        new("shear", 2, Full.Shear, (reach, value) => reach with { Shear = value }),
        new("aspect", 2, Full.Aspect, (reach, value) => reach with { Aspect = value }),
        new("offset", 28, Full.Offset, (reach, value) => reach with { Offset = value }),
        new("elastic", 0.4, Full.Elastic, (reach, value) => reach with { Elastic = value }),
    ];

    /// <summary>
    /// The reach of a degree: its number (0 to 1, none counts as 0) scales <see cref="Full"/>, each named component then replaces
    /// the reach of its parameter, in that parameter's own unit.
    /// </summary>
    /// <exception cref="ArgumentException">The degree is not one of this generator; the text says why.</exception>
    public static DrawTextReach Of(VariationDegree degree)
    {
        if (DescribeFault(degree) is { } fault)
        {
            throw new ArgumentException(fault, nameof(degree));
        }

        var reach = Full;
        foreach (var component in Components)
        {
            var value = degree.Components.TryGetValue(component.Name, out var named) ? named : (degree.Value ?? 0) * component.Full;
            reach = component.Apply(reach, value);
        }

        return reach;
    }

    /// <summary>What is wrong with a degree, as one sentence; null if nothing is.</summary>
    public static string? DescribeFault(VariationDegree degree)
    {
        if (degree.Value is { } value && !(value is >= 0 and <= 1))
        {
            return $"a degree of {DrawTextOptions.GeneratorName} must lie within 0 to 1, not {value}.";
        }

        if (degree.Value is null && degree.Components.Count == 0)
        {
            return $"a degree of {DrawTextOptions.GeneratorName} must be a number or name components.";
        }

        foreach (var (name, named) in degree.Components)
        {
            if (Array.Find(Components, c => c.Name == name) is not { } component)
            {
                return $"{DrawTextOptions.GeneratorName} knows no degree component '{name}': it knows {string.Join(", ", Components.Select(c => c.Name))}.";
            }

            if (!(named >= 0 && named <= component.Largest))
            {
                return $"the degree component {name} must lie within 0 to {component.Largest}, not {named}.";
            }
        }

        return null;
    }

    private sealed record Component(string Name, double Largest, double Full, Func<DrawTextReach, double, DrawTextReach> Apply);
}
