namespace DpSynth.Models.Tests.OnnxGraphs;

/// <summary>Element types by their numbers in <c>onnx.proto3</c>.</summary>
internal enum ElementType
{
    Float = 1,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Half = 10,
}
