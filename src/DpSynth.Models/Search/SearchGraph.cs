namespace DpSynth.Models.Search;

/// <summary>
/// The ONNX graph of an exact search: <c>queries</c> [n, d], <c>candidates</c> [m, d] and <c>bias</c> [m] give the <c>indices</c> [n, k] of the largest
/// values of queries · candidatesᵀ + bias, largest first. Field numbers are those of <c>onnx.proto3</c>.
/// </summary>
internal static class SearchGraph
{
    public const string Queries = "queries";
    public const string Candidates = "candidates";
    public const string Bias = "bias";
    public const string Indices = "indices";

    private const int Float = 1;
    private const int Int64 = 7;
    private const int IntegerAttribute = 2;
    private const int IrVersion = 8;
    private const int Opset = 16;

    /// <summary>The graph as an ONNX file's bytes.</summary>
    public static byte[] Build(int depth, int neighbours) => new ProtobufWriter()
        .Number(1, IrVersion)
        .Text(2, "DpSynth")
        .Message(7, graph => graph
            .Message(1, node => Node(node, "Gemm", [Queries, Candidates, Bias], ["scores"], ("transB", 1)))
            .Message(1, node => Node(node, "TopK", ["scores", "k"], ["values", Indices], ("axis", 1), ("largest", 1), ("sorted", 1)))
            .Text(2, "search")
            .Message(5, constant => constant.Number(1, 1).Number(2, Int64).Number(7, neighbours).Text(8, "k"))
            .Message(11, input => Tensor(input, Queries, Float, "n", depth))
            .Message(11, input => Tensor(input, Candidates, Float, "m", depth))
            .Message(11, input => Tensor(input, Bias, Float, "m"))
            .Message(12, output => Tensor(output, Indices, Int64, "n", neighbours)))
        .Message(8, opset => opset.Text(1, "").Number(2, Opset))
        .ToArray();

    private static void Node(ProtobufWriter node, string type, string[] inputs, string[] outputs, params ReadOnlySpan<(string Name, int Value)> attributes)
    {
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(4, type);
        foreach (var (name, value) in attributes)
            node.Message(5, attribute => attribute.Text(1, name).Number(3, value).Number(20, IntegerAttribute));
    }

    private static void Tensor(ProtobufWriter value, string name, int type, string rows, int? columns = null) => value
        .Text(1, name)
        .Message(2, kind => kind.Message(1, tensor => tensor.Number(1, type).Message(2, shape =>
        {
            shape.Message(1, dimension => dimension.Text(2, rows));
            if (columns is { } length)
                shape.Message(1, dimension => dimension.Number(1, length));
        })));
}
