using DpSynth.Models.Folders;

namespace DpSynth.Models.Embedding;

/// <summary>Where an image model's files lie: in the folder itself, in <c>image_encoder/</c> as beside Stable Diffusion, or in <c>onnx/</c>.</summary>
/// <param name="ModelFile">The ONNX file.</param>
/// <param name="PreprocessorFile">Its <c>preprocessor_config.json</c>.</param>
public sealed record ImageModelFolder(string ModelFile, string PreprocessorFile)
{
    private static readonly string[] ModelFiles = ["model.onnx", "image_encoder/model.onnx", "onnx/model.onnx", "onnx/vision_model.onnx"];
    private static readonly string[] PreprocessorFolders = ["", "image_encoder", "feature_extractor", "onnx"];

    /// <summary>Looks a folder through.</summary>
    /// <exception cref="ModelFolderException">It lacks one of the files.</exception>
    public static ImageModelFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new ModelFolderException($"There is no model folder {path}.");
        }

        return new ImageModelFolder(
            Find(path, ModelFiles, "an image model"),
            Find(path, PreprocessorFolders.Select(folder => Path.Combine(folder, "preprocessor_config.json")), "a preprocessor configuration"));
    }

    private static string Find(string path, IEnumerable<string> names, string what)
    {
        var files = names.Select(name => Path.Combine(path, name)).ToArray();
        return Array.Find(files, File.Exists)
            ?? throw new ModelFolderException($"The model folder {path} lacks {what}; looked for {string.Join(", ", files)}.");
    }
}
