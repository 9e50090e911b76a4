using DpSynth.Models.Sessions;

namespace DpSynth.Models.Inspection;

/// <summary>An input or output of a model file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Declared">Element type and dimensions, such as <c>Float16[batch, 4, 64, 64]</c>.</param>
/// <param name="Understood">Of an input: whether it is known what to feed it. Of an output: whether it is known what it is; others are not read.</param>
public sealed record TensorReport(string Name, string Declared, bool Understood)
{
    internal static TensorReport Of(TensorSignature signature, bool understood) => new(signature.Name, $"{signature}", understood);
}
