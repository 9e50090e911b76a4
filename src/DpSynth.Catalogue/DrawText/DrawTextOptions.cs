using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.DrawText;

/// <summary>
/// The simulator <c>draw-text</c> (as in Sim-PE, arXiv 2502.05505): draws a character in a font, white on black. A candidate is the
/// parameters it was drawn from, a variation moves those parameters.
/// </summary>
/// <remarks>
/// Lengths count in pixels of an image whose shorter side is 28, and scale with that side. The defaults of size, stroke and
/// rotation are the ranges published for MNIST; the other parameters are general to writing and fitted to no dataset.
/// </remarks>
public sealed record DrawTextOptions : GeneratorOptions
{
    /// <summary>The name in requests.</summary>
    public const string GeneratorName = "draw-text";

    /// <summary>The characters to draw; one is drawn at random for a random candidate, whatever its class.</summary>
    public IReadOnlyList<string> Texts { get; init; } = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

    /// <summary>Font families to draw from; empty for all that ship.</summary>
    public IReadOnlyList<string> Fonts { get; init; } = [];

    /// <summary>Which point of the glyph lies in the middle of the image, but for the offset.</summary>
    public TextCentring Centre { get; init; } = TextCentring.Mass;

    /// <summary>
    /// Font size in pixels. A glyph's longer side is 0.7 × the size, whatever its font and character, so that digits of every font
    /// are equally tall. Within 1 to 40.
    /// </summary>
    public ParameterRange Size { get; init; } = new(10, 29);

    /// <summary>Pixels added to the thickness of every stroke. Within -2 to 8.</summary>
    public ParameterRange Stroke { get; init; } = new(0, 2);

    /// <summary>Rotation in degrees, counter-clockwise. Within -180 to 180.</summary>
    public ParameterRange Rotation { get; init; } = new(-30, 30);

    /// <summary>Slant: pixels to the right for each pixel up. Within -1 to 1.</summary>
    public ParameterRange Shear { get; init; } = new(-0.4, 0.4);

    /// <summary>Natural logarithm of the factor by which width ÷ height grows; the area stays. Within -1 to 1.</summary>
    public ParameterRange Aspect { get; init; } = new(-0.4, 0.4);

    /// <summary>Translation in pixels, to the right and down each for itself. Within -14 to 14.</summary>
    public ParameterRange Offset { get; init; } = new(-1, 1);

    /// <summary>
    /// Each coefficient of the smooth elastic warp, as a fraction of the glyph's longer side: the displacement is a sum of the 7
    /// products of Legendre polynomials of total degree 2 and 3, for each of x and y. Within -0.2 to 0.2.
    /// </summary>
    public ParameterRange Elastic { get; init; } = new(-0.04, 0.04);

    /// <inheritdoc/>
    [JsonIgnore]
    public override GeneratorDescriptor Descriptor => DrawTextDescriptor.Instance;

    /// <inheritdoc/>
    public override string? DescribeFault()
    {
        if (Texts is not { Count: > 0 })
        {
            return "'generator.options.texts' is empty: name at least one character.";
        }

        foreach (var text in Texts)
        {
            if (text is not { Length: 1 } || char.IsControl(text[0]) || char.IsWhiteSpace(text[0]) || char.IsSurrogate(text[0]))
            {
                return $"'generator.options.texts' holds '{text}': each text must be one visible character.";
            }
        }

        if (Fonts is null || Fonts.Any(string.IsNullOrWhiteSpace))
        {
            return "'generator.options.fonts' holds an empty name.";
        }

        if (!Enum.IsDefined(Centre))
        {
            return "'generator.options.centre' must be 'mass' or 'box'.";
        }

        return Check("size", Size, 1, 40)
            ?? Check("stroke", Stroke, -2, 8)
            ?? Check("rotation", Rotation, -180, 180)
            ?? Check("shear", Shear, -1, 1)
            ?? Check("aspect", Aspect, -1, 1)
            ?? Check("offset", Offset, -14, 14)
            ?? Check("elastic", Elastic, -0.2, 0.2);
    }

    /// <inheritdoc/>
    public override string? DescribeFault(VariationDegree degree) => DrawTextReach.DescribeFault(degree);

    private static string? Check(string name, ParameterRange? range, double smallest, double largest) =>
        range is not null && range.Minimum >= smallest && range.Maximum <= largest && range.Minimum <= range.Maximum
            ? null
            : $"'generator.options.{name}' must have {smallest} ≤ minimum ≤ maximum ≤ {largest}.";
}
