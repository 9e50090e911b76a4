using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DpSynth.Models.Inspection;

/// <summary>One ONNX file of a model folder.</summary>
/// <param name="Name">The part, such as <c>unet</c>.</param>
/// <param name="Bytes">The file and the weights beside it.</param>
/// <param name="Precision">Element type of what it gives: <c>float32</c> or <c>float16</c>.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it gives.</param>
public sealed record PartReport(string Name, long Bytes, string Precision, IReadOnlyList<TensorReport> Inputs, IReadOnlyList<TensorReport> Outputs)
{
    /// <summary>Opens a file and lists what it takes and gives.</summary>
    /// <exception cref="ModelFolderException">The file is missing or no model.</exception>
    internal static PartReport Of(string name, string file, Func<TensorSignature, bool> knowsInput, Func<TensorSignature, bool> knowsOutput)
    {
        if (!File.Exists(file))
        {
            throw new ModelFolderException($"The model folder lacks the file {file}.");
        }

        using var model = OnnxModel.Open(file, new InferenceOptions { Threads = 1 });
        return new PartReport(
            name,
            WeightBytes(file),
            model.Outputs is [{ Type: TensorElementType.Float16 }, ..] ? "float16" : "float32",
            [.. model.Inputs.Select(input => TensorReport.Of(input, knowsInput(input)))],
            [.. model.Outputs.Select(output => TensorReport.Of(output, knowsOutput(output)))]);
    }

    // Weights in files of their own lie beside the model, under any name.
    private static long WeightBytes(string file) =>
        new FileInfo(file).Directory!.EnumerateFiles().Where(entry => entry.Extension != ".json").Sum(entry => entry.Length);
}
