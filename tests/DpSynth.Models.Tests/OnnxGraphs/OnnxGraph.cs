using System.Buffers.Binary;
using DpSynth.Models.Search;

namespace DpSynth.Models.Tests.OnnxGraphs;

/// <summary>Writes small ONNX files: opset 16, nodes in the order in which they run. Field numbers are those of <c>onnx.proto3</c>.</summary>
/// <param name="real">The element type of weights.</param>
/// <param name="external">Whether weights lie in a file of their own, <c>weights.bin</c>, beside the model.</param>
internal sealed class OnnxGraph(ElementType real = ElementType.Float, bool external = false)
{
    private const int IrVersion = 8;
    private const int Opset = 16;
    private const int Int64 = 7;
    private const string ExternalFile = "weights.bin";

    private readonly List<Action<ProtobufWriter>> _parts = [];
    private readonly List<byte> _externalData = [];
    private Random _random = new(7);

    /// <summary>The element type of weights.</summary>
    public ElementType Real => real;

    /// <summary>Draws weights from another seed from here on.</summary>
    public OnnxGraph Seed(int seed)
    {
        _random = new Random(seed);
        return this;
    }

    /// <summary>An input; dimensions are numbers or names of free sizes.</summary>
    public OnnxGraph Input(string name, ElementType type, params object[] shape) => Add(11, value => Declare(value, name, type, shape));

    /// <summary>An output; dimensions are numbers or names of free sizes.</summary>
    public OnnxGraph Output(string name, ElementType type, params object[] shape) => Add(12, value => Declare(value, name, type, shape));

    /// <summary>A node with one output; attributes are whole numbers or lists of them.</summary>
    public OnnxGraph Node(string type, string[] inputs, string output, params (string Name, object Value)[] attributes) => Add(1, node =>
    {
        foreach (var input in inputs)
            node.Text(1, input);
        node.Text(2, output).Text(4, type);
        foreach (var (name, value) in attributes)
            node.Message(5, attribute => Attribute(attribute, name, value));
    });

    /// <summary>Weights drawn evenly from ±<paramref name="range"/>.</summary>
    public OnnxGraph Weights(string name, double range, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, side) => product * side)];
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)(((2 * _random.NextDouble()) - 1) * range);
        return Constant(name, values, shape);
    }

    /// <summary>A constant of the graph's element type.</summary>
    public OnnxGraph Constant(string name, float[] values, params int[] shape)
    {
        var bytes = new byte[values.Length * (real == ElementType.Half ? 2 : 4)];
        for (var i = 0; i < values.Length; i++)
        {
            if (real == ElementType.Half)
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)values[i]);
            else
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
        }

        var offset = _externalData.Count;
        if (external)
            _externalData.AddRange(bytes);
        return Add(5, tensor =>
        {
            foreach (var side in shape)
                tensor.Number(1, side);
            tensor.Number(2, (int)real).Text(8, name);
            if (!external)
            {
                tensor.Bytes(9, bytes);
                return;
            }

            foreach (var (key, value) in new[] { ("location", ExternalFile), ("offset", $"{offset}"), ("length", $"{bytes.Length}") })
                tensor.Message(13, entry => entry.Text(1, key).Text(2, value));
            tensor.Number(14, 1);
        });
    }

    /// <summary>A constant list of int64: a shape, axes.</summary>
    public OnnxGraph Integers(string name, params long[] values) => Add(5, tensor =>
    {
        tensor.Number(1, values.Length).Number(2, Int64);
        foreach (var value in values)
            tensor.Number(7, value);
        tensor.Text(8, name);
    });

    /// <summary>Writes the file and its external data.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (external)
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, ExternalFile), [.. _externalData]);
        File.WriteAllBytes(path, new ProtobufWriter()
            .Number(1, IrVersion)
            .Text(2, "DpSynth.Models.Tests")
            .Message(7, graph =>
            {
                graph.Text(2, "graph");
                _parts.ForEach(part => part(graph));
            })
            .Message(8, opset => opset.Text(1, "").Number(2, Opset))
            .ToArray());
    }

    private OnnxGraph Add(int field, Action<ProtobufWriter> write)
    {
        _parts.Add(graph => graph.Message(field, write));
        return this;
    }

    // The types of attributes: 2 for an integer, 7 for a list of them.
    private static void Attribute(ProtobufWriter attribute, string name, object value)
    {
        attribute.Text(1, name);
        if (value is int number)
        {
            attribute.Number(3, number).Number(20, 2);
            return;
        }

        foreach (var item in (int[])value)
            attribute.Number(8, item);
        attribute.Number(20, 7);
    }

    private static void Declare(ProtobufWriter value, string name, ElementType type, object[] shape) => value
        .Text(1, name)
        .Message(2, kind => kind.Message(1, tensor => tensor.Number(1, (int)type).Message(2, sides =>
        {
            foreach (var side in shape)
                sides.Message(1, dimension => _ = side is int length ? dimension.Number(1, length) : dimension.Text(2, (string)side));
        })));
}
