using System.Text.Json;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.OpenAIImages;

/// <summary>The image models that ship, read from the embedded file <c>image-models.json</c>: what is new there needs no code.</summary>
public static class ImageModelTable
{
    private const string Resource = "image-models.json";

    private static readonly Lazy<IReadOnlyDictionary<string, ImageModel>> _rows = new(Read);

    /// <summary>The rows by model.</summary>
    public static IReadOnlyDictionary<string, ImageModel> Rows => _rows.Value;

    private static Dictionary<string, ImageModel> Read()
    {
        using var stream = typeof(ImageModelTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource '{Resource}' is missing.");
        using var document = JsonDocument.Parse(stream);
        return document.RootElement.EnumerateObject().ToDictionary(
            static row => row.Name, static row => OpenAIImagesDescriptor.ReadRow(new JsonFields(row.Value, row.Name)), StringComparer.Ordinal);
    }
}
