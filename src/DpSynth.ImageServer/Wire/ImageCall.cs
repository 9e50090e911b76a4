using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DpSynth.ImageServer.Wire;

/// <summary>The body of a request, the same in both dialects: JSON for <c>images/generations</c>, a form for <c>images/edits</c>.</summary>
/// <param name="Model">The model; null where the route names a deployment and the body nothing.</param>
/// <param name="Prompt">The prompt.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Quality">The quality.</param>
/// <param name="Image">The image to edit; null for a generation.</param>
/// <param name="Fields">The body's fields, files apart.</param>
/// <param name="File">The form's part with the image; null for a generation.</param>
internal sealed record ImageCall(
    string? Model,
    string Prompt,
    int Width,
    int Height,
    string Quality,
    ReadOnlyMemory<byte>? Image,
    IReadOnlyDictionary<string, string> Fields,
    IFormFile? File)
{
    private static readonly string[] _known =
    [
        "model", "prompt", "n", "size", "quality", "background", "output_format", "output_compression", "input_fidelity", "moderation", "user", "stream",
    ];

    /// <summary>Reads a generation.</summary>
    /// <exception cref="WireException">The body is not what the API takes.</exception>
    public static ImageCall ReadJson(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Read(
                json.RootElement.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString(), StringComparer.Ordinal), null, null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new WireException("We could not parse the JSON body of your request.", null, null);
        }
    }

    /// <summary>Reads an edit.</summary>
    /// <exception cref="WireException">The body is not what the API takes.</exception>
    public static async Task<ImageCall> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasFormContentType)
        {
            throw new WireException("Unsupported content type: edits are multipart/form-data.", null, null);
        }

        var form = await request.ReadFormAsync(cancellationToken);
        if (form.Files is not [var file] || file.Name is not ("image" or "image[]"))
        {
            throw new WireException("Exactly one file 'image' is expected.", "image", "invalid_value");
        }

        using var image = new MemoryStream();
        await file.CopyToAsync(image, cancellationToken);
        return Read(form.ToDictionary(field => field.Key, field => field.Value.ToString(), StringComparer.Ordinal), image.ToArray().AsMemory(), file);
    }

    private static ImageCall Read(Dictionary<string, string> fields, ReadOnlyMemory<byte>? image, IFormFile? file)
    {
        if (fields.Keys.FirstOrDefault(name => !_known.Contains(name, StringComparer.Ordinal)) is { } unknown)
        {
            throw new WireException($"Unknown parameter: '{unknown}'.", unknown, "unknown_parameter");
        }

        if (!fields.TryGetValue("prompt", out var prompt) || prompt.Length == 0)
        {
            throw new WireException("You must provide a prompt.", "prompt", "missing_required_parameter");
        }

        if (fields.GetValueOrDefault("n", "1") != "1")
        {
            throw new WireException("This server makes one image a request.", "n", "invalid_value");
        }

        return fields.GetValueOrDefault("size", "1024x1024").Split('x') is [var left, var right]
            && int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var width) && width is >= 8 and <= 4096
            && int.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var height) && height is >= 8 and <= 4096
            ? new ImageCall(fields.GetValueOrDefault("model"), prompt, width, height, fields.GetValueOrDefault("quality", "auto"), image, fields, file)
            : throw new WireException("Invalid value for 'size'.", "size", "invalid_value");
    }
}
