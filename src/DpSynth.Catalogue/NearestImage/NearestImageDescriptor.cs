using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.NearestImage;

/// <summary>The generator <c>nearest-image</c> among what requests can name, and the reader of its options.</summary>
public static class NearestImageDescriptor
{
    private static readonly Field<string> _publicSet = Field.RequiredText(
        "publicSet", "as `runId`", "NAME of the public set, the folder `candidates/public/NAME/`", Identifier.Pattern);

    /// <summary>The generator.</summary>
    public static GeneratorDescriptor Instance { get; } = new()
    {
        Name = NearestImageOptions.GeneratorName,
        Summary = "Draws from a set of public images, and varies an image into one of its neighbours; it needs no model.",
        Options = typeof(NearestImageOptions),
        Fields = [_publicSet],
        Read = static fields => new NearestImageOptions
        {
            PublicSet = _publicSet.Of(
                fields ?? throw new RequestException("The field 'generator.options.publicSet' is missing: name a folder of public images.")),
        },
    };
}
