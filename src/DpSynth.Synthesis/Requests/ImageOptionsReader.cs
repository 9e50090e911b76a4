using System.Text.Json.Nodes;
using DpSynth.Imaging;
using DpSynth.Ledgers;

namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>image</c>.</summary>
internal static class ImageOptionsReader
{
    private static readonly Field<int> _width = Field.Integer("width", null, 1, 2048, "width in pixels of candidates, and to which private images are brought");

    private static readonly Field<int> _height = Field.Integer("height", null, 1, 2048, "height likewise");

    private static readonly Field<int> _channels = new("channels", "grey or sRGB", (fields, name) => fields.Integer(name, 3, 1, 3) is var channels and not 2
        ? channels
        : throw new RequestException("'image.channels' is 2; it must be 1 (grey) or 3 (colour)."))
    {
        Default = "3",
        Range = "1 or 3",
        Schema = static () => new() { ["enum"] = new JsonArray(1, 3), ["default"] = 3 },
    };

    private static readonly Field<ResizeMode> _resize = Field.Choice(
        "resize",
        "scaled to lie inside the frame, the rest black; to cover it, the rest cut off; or each side for itself",
        ("fit", ResizeMode.Fit),
        ("fill", ResizeMode.Fill),
        ("stretch", ResizeMode.Stretch));

    private static readonly Field<UnreadableFiles?> _corrupt = Field.OptionalChoice(
        "corrupt",
        "a private image that does not decode refuses the run, or does not vote; for who wants to be sure of it",
        "as the policy says",
        ("reject", UnreadableFiles.Reject),
        ("skip", UnreadableFiles.Skip));

    /// <summary>The fields of <c>image</c>.</summary>
    public static IReadOnlyList<Field> Fields { get; } = [_width, _height, _channels, _resize, _corrupt];

    /// <summary>The field.</summary>
    public static Field<ImageOptions> Image { get; } = Field.Object(
        "image",
        Fields,
        static fields => fields is null
            ? throw new RequestException("The field 'image' is missing: give 'width', 'height' and 'channels'.")
            : new ImageOptions
            {
                Width = _width.Of(fields),
                Height = _height.Of(fields),
                Channels = _channels.Of(fields),
                Resize = _resize.Of(fields),
                Corrupt = _corrupt.Of(fields),
            },
        "size of candidates, and how private images are brought to it: [below](#image)",
        isRequired: true);
}
