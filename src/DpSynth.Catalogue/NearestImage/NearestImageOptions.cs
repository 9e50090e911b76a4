using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.NearestImage;

/// <summary>
/// The generator <c>nearest-image</c> (as in Sim-PE, arXiv 2502.05505): random candidates are draws from a public set of images, a
/// variation of degree γ is a draw among the candidate's γ nearest public images.
/// </summary>
public sealed record NearestImageOptions : GeneratorOptions
{
    /// <summary>The name in requests.</summary>
    public const string GeneratorName = "nearest-image";

    private const int MaxName = 64;

    /// <summary>Name of the public set: a folder <c>public/NAME</c> in the container <c>candidates</c>. 1 to 64 of <c>a-z A-Z 0-9 - _</c>.</summary>
    public required string PublicSet { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override GeneratorDescriptor Descriptor => NearestImageDescriptor.Instance;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string PublicImages => PublicSet;

    /// <inheritdoc/>
    public override string? DescribeFault() =>
        PublicSet is { Length: > 0 and <= MaxName } && PublicSet.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? null
            : "'generator.options.publicSet' must be a name of 1 to 64 letters, digits, '-' and '_'.";

    /// <inheritdoc/>
    public override string? DescribeFault(VariationDegree degree)
    {
        if (degree.Components.Count > 0)
        {
            return $"{GeneratorName} knows no degree component '{degree.Components.Keys.First()}': its degree is one number, how many nearest images "
                + "to draw among.";
        }

        return degree.Value is >= 1 and <= int.MaxValue && double.IsInteger(degree.Value.Value)
            ? null
            : $"a degree of {GeneratorName} must be a whole number of at least 1, not {degree.Value?.ToString() ?? "missing"}.";
    }
}
