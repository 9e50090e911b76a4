using Google.Protobuf;
using Onnx;

namespace DpSynth.Models.Search;

/// <summary>
/// The ONNX graph of an exact search: <c>queries</c> [n, d], <c>candidates</c> [m, d] and <c>bias</c> [m] give the <c>indices</c> [n, k] of the largest
/// values of queries · candidatesᵀ + bias, largest first.
/// </summary>
internal static class SearchGraph
{
    public const string Queries = "queries";
    public const string Candidates = "candidates";
    public const string Bias = "bias";
    public const string Indices = "indices";

    private const int IrVersion = 8;
    private const int Opset = 16;

    /// <summary>The graph as an ONNX file's bytes.</summary>
    public static byte[] Build(int depth, int neighbours) => new ModelProto
    {
        IrVersion = IrVersion,
        ProducerName = "DpSynth",
        OpsetImport = { new OperatorSetIdProto { Version = Opset } },
        Graph = new GraphProto
        {
            Name = "search",
            Node =
            {
                new NodeProto { OpType = "Gemm", Input = { Queries, Candidates, Bias }, Output = { "scores" }, Attribute = { Attribute("transB", 1) } },
                new NodeProto
                {
                    OpType = "TopK",
                    Input = { "scores", "k" },
                    Output = { "values", Indices },
                    Attribute = { Attribute("axis", 1), Attribute("largest", 1), Attribute("sorted", 1) },
                },
            },
            Initializer = { new TensorProto { Name = "k", DataType = (int)TensorProto.Types.DataType.Int64, Dims = { 1 }, Int64Data = { neighbours } } },
            Input =
            {
                Tensor(Queries, TensorProto.Types.DataType.Float, Free("n"), Fixed(depth)),
                Tensor(Candidates, TensorProto.Types.DataType.Float, Free("m"), Fixed(depth)),
                Tensor(Bias, TensorProto.Types.DataType.Float, Free("m")),
            },
            Output = { Tensor(Indices, TensorProto.Types.DataType.Int64, Free("n"), Fixed(neighbours)) },
        },
    }.ToByteArray();

    private static AttributeProto Attribute(string name, int value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    private static ValueInfoProto Tensor(string name, TensorProto.Types.DataType type, params TensorShapeProto.Types.Dimension[] sides) => new()
    {
        Name = name,
        Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto { Dim = { sides } } } },
    };

    private static TensorShapeProto.Types.Dimension Free(string name) => new() { DimParam = name };

    private static TensorShapeProto.Types.Dimension Fixed(int length) => new() { DimValue = length };
}
