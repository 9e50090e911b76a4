using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DpSynth.Models.Sessions;

/// <summary>An input or output as the model declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Dimensions">Its dimensions; −1 where the size is free.</param>
/// <param name="Symbols">The free dimensions' names; empty for fixed ones and for those without a name.</param>
public sealed record TensorSignature(string Name, TensorElementType Type, IReadOnlyList<int> Dimensions, IReadOnlyList<string> Symbols)
{
    /// <summary>Number of dimensions; 0 for a scalar.</summary>
    public int Rank => Dimensions.Count;

    /// <summary>The dimensions as messages show them, for example <c>float16[batch, 4, 64, 64]</c>.</summary>
    public override string ToString() =>
        $"{Type}[{string.Join(", ", Dimensions.Select((size, i) => size >= 0 ? $"{size}" : Symbols[i].Length > 0 ? Symbols[i] : "?"))}]";

    /// <summary>Whether a shape fits the fixed dimensions.</summary>
    public bool Admits(ReadOnlySpan<long> shape)
    {
        if (shape.Length != Rank)
        {
            return false;
        }

        for (var i = 0; i < shape.Length; i++)
        {
            if (Dimensions[i] >= 0 && Dimensions[i] != shape[i])
            {
                return false;
            }
        }

        return true;
    }

    internal static TensorSignature Of(string name, NodeMetadata metadata) => metadata.IsTensor
        ? new(name, metadata.ElementDataType, metadata.Dimensions, metadata.SymbolicDimensions)
        : throw new InferenceException($"'{name}' is no tensor.");
}
