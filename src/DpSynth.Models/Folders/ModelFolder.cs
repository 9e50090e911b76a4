using System.Text.Json;

namespace DpSynth.Models.Folders;

/// <summary>
/// A Stable Diffusion folder in the ONNX layout: <c>model_index.json</c> names the parts, each part is a sub-folder with
/// <c>model.onnx</c> (and its external data) or JSON files.
/// </summary>
public sealed class ModelFolder
{
    private readonly HashSet<string> _parts;

    private ModelFolder(string path, JsonConfiguration index, HashSet<string> parts)
    {
        Path = path;
        Index = index;
        _parts = parts;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary><c>model_index.json</c>.</summary>
    public JsonConfiguration Index { get; }

    /// <summary>The parts that the index names, apart from those it gives as null.</summary>
    public IReadOnlyCollection<string> Parts => _parts;

    /// <summary>Opens a folder; reads its index, no model yet.</summary>
    /// <exception cref="ModelFolderException">There is no such folder, or it has no readable index.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            throw new ModelFolderException($"There is no model folder {path}.");
        }

        var index = JsonConfiguration.Read(System.IO.Path.Combine(path, "model_index.json"));
        var parts = index.Fields.Where(field => IsPart(field.Value)).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        return new ModelFolder(path, index, parts);
    }

    /// <summary>Whether the index names a part and does not give it as null.</summary>
    public bool Has(string part) => _parts.Contains(part);

    /// <summary>The path of a file of the folder.</summary>
    public string File(string part, string name) => System.IO.Path.Combine(Path, part, name);

    /// <summary>The path of a part's <c>model.onnx</c>.</summary>
    /// <exception cref="ModelFolderException">The index does not name the part, or the file is missing.</exception>
    public string OnnxFile(string part)
    {
        if (!Has(part))
        {
            throw new ModelFolderException($"{Index.File} names no '{part}', which a Stable Diffusion folder needs.");
        }

        var file = File(part, "model.onnx");
        return System.IO.File.Exists(file) ? file : throw new ModelFolderException($"The model folder lacks the file {file}.");
    }

    /// <summary>Reads a JSON file of a part.</summary>
    /// <exception cref="ModelFolderException">It is missing or not readable.</exception>
    public JsonConfiguration Configuration(string part, string name = "config.json") => JsonConfiguration.Read(File(part, name));

    // A part is given as [library, class]; null, [null, null], texts and flags are no parts.
    private static bool IsPart(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[1].ValueKind == JsonValueKind.String;
}
