using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Models.Folders;

namespace DpSynth.Models.Embedding;

/// <summary>What <c>preprocessor_config.json</c> asks to be done to an image before a model sees it.</summary>
public sealed record PreprocessorConfiguration
{
    // Steps that would change the image and are not taken here.
    private static readonly string[] Unsupported =
        ["do_pad", "do_thumbnail", "do_align_long_axis", "do_flip_channel_order", "do_reduce_labels", "do_image_splitting", "do_pan_and_scan"];

    /// <summary>The shorter side after resizing, the other in proportion; null if <see cref="Size"/> says both, or nothing is resized.</summary>
    public int? ShortestEdge { get; init; }

    /// <summary>Height and width after resizing; null if <see cref="ShortestEdge"/> says it, or nothing is resized.</summary>
    public (int Height, int Width)? Size { get; init; }

    /// <summary>The filter of resizing.</summary>
    public ResamplingFilter Filter { get; init; } = ResamplingFilter.Bicubic;

    /// <summary>Height and width that are cut out of the middle, black where the image ends; null for none.</summary>
    public (int Height, int Width)? Crop { get; init; }

    /// <summary>What 0..255 is multiplied with; 1 for nothing.</summary>
    public double RescaleFactor { get; init; } = 1;

    /// <summary>What is taken off each channel then.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0];

    /// <summary>What each channel is divided by at last.</summary>
    public IReadOnlyList<double> StandardDeviation { get; init; } = [1];

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFolderException">It is missing, cannot be read, or asks for something that is not supported.</exception>
    public static PreprocessorConfiguration Read(string path)
    {
        var file = JsonConfiguration.Read(path);
        foreach (var step in Unsupported)
        {
            if (file.Take(step)?.ValueKind == JsonValueKind.True)
            {
                throw file.Fault(
                    step, "asks for a step that is not supported; supported are do_resize, do_center_crop, do_rescale, do_normalize and do_convert_rgb");
            }
        }

        if (file.Has("crop_pct"))
        {
            throw file.Fault("crop_pct", "is not supported; give 'size' and 'crop_size' instead");
        }

        var resize = file.Boolean("do_resize", true);
        var normalize = file.Boolean("do_normalize", true);
        var (edge, size) = resize ? ReadSize(file) : default;
        var (mean, deviation) = (file.Numbers("image_mean"), file.Numbers("image_std"));
        if (normalize && (mean.Length is not (1 or 3) || deviation.Length != mean.Length || deviation.Contains(0)))
        {
            throw file.Fault("image_mean", "and 'image_std' must be 1 or 3 numbers each, the latter not 0");
        }

        return new PreprocessorConfiguration
        {
            ShortestEdge = edge,
            Size = size,
            Filter = ReadFilter(file),
            Crop = file.Boolean("do_center_crop", false) ? ReadCrop(file) : null,
            RescaleFactor = file.Boolean("do_rescale", true) ? file.Number("rescale_factor", 1 / 255.0) : 1,
            Mean = normalize ? mean : [0],
            StandardDeviation = normalize ? deviation : [1],
        };
    }

    /// <summary>Height and width of an image after resizing and before the crop.</summary>
    public (int Height, int Width) Resized(ImageShape image)
    {
        if (ShortestEdge is not { } edge)
        {
            return Size ?? (image.Height, image.Width);
        }

        return image.Width <= image.Height
            ? (Math.Max(1, (int)((long)edge * image.Height / image.Width)), edge)
            : (edge, Math.Max(1, (int)((long)edge * image.Width / image.Height)));
    }

    private static ResamplingFilter ReadFilter(JsonConfiguration file)
    {
        var number = file.Integer("resample", (int)ResamplingFilter.Bicubic);
        return Enum.IsDefined((ResamplingFilter)number) ? (ResamplingFilter)number : throw file.Fault("resample", $"is {number}; known are 0 to 5");
    }

    private static (int? Edge, (int Height, int Width)? Size) ReadSize(JsonConfiguration file)
    {
        if (file.Take("size") is { ValueKind: JsonValueKind.Number })
        {
            // A bare number is the shorter side for processors of CLIP's kind, both sides for others.
            var side = Positive(file, "size");
            var processor = file.Text("image_processor_type", file.Text("feature_extractor_type", ""));
            return processor.StartsWith("CLIP", StringComparison.Ordinal) || processor.StartsWith("Bit", StringComparison.Ordinal)
                ? (side, null)
                : (null, (side, side));
        }

        var size = Object(file, "size");
        if (size.Has("longest_edge"))
        {
            throw file.Fault("size", "gives a longest edge, which is not supported");
        }

        return size.Has("shortest_edge") ? (Positive(size, "shortest_edge"), null) : (null, (Positive(size, "height"), Positive(size, "width")));
    }

    private static (int Height, int Width) ReadCrop(JsonConfiguration file)
    {
        if (file.Take("crop_size") is { ValueKind: JsonValueKind.Number })
        {
            return (Positive(file, "crop_size"), Positive(file, "crop_size"));
        }

        var crop = Object(file, "crop_size");
        return (Positive(crop, "height"), Positive(crop, "width"));
    }

    private static JsonConfiguration Object(JsonConfiguration file, string name) =>
        file.Take(name) is { ValueKind: JsonValueKind.Object } value
            ? JsonConfiguration.Parse($"{file.File}, '{name}'", value)
            : throw file.Fault(name, "must be a number or an object with 'height' and 'width'");

    private static int Positive(JsonConfiguration file, string name) =>
        file.RequireInteger(name) is var value and >= 1 and <= 16_384 ? value : throw file.Fault(name, "must lie between 1 and 16384");
}
