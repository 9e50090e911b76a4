using System.Buffers.Binary;
using Google.Protobuf;
using Onnx;

namespace DpSynth.Models.Tests.OnnxGraphs;

/// <summary>Writes small ONNX files: opset 16, nodes in the order in which they run.</summary>
/// <param name="real">The element type of weights.</param>
/// <param name="external">Whether weights lie in a file of their own, <c>weights.bin</c>, beside the model.</param>
internal sealed class OnnxGraph(ElementType real = ElementType.Float, bool external = false)
{
    private const int IrVersion = 8;
    private const int Opset = 16;
    private const string ExternalFile = "weights.bin";

    private readonly GraphProto _graph = new() { Name = "graph" };
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
    public OnnxGraph Input(string name, ElementType type, params object[] shape)
    {
        _graph.Input.Add(Declare(name, type, shape));
        return this;
    }

    /// <summary>An output; dimensions are numbers or names of free sizes.</summary>
    public OnnxGraph Output(string name, ElementType type, params object[] shape)
    {
        _graph.Output.Add(Declare(name, type, shape));
        return this;
    }

    /// <summary>A node with one output; attributes are whole numbers or lists of them.</summary>
    public OnnxGraph Node(string type, string[] inputs, string output, params (string Name, object Value)[] attributes)
    {
        _graph.Node.Add(new NodeProto
        {
            OpType = type,
            Input = { inputs },
            Output = { output },
            Attribute = { attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)) },
        });
        return this;
    }

    /// <summary>Weights drawn evenly from ±<paramref name="range"/>.</summary>
    public OnnxGraph Weights(string name, double range, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, side) => product * side)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(((2 * _random.NextDouble()) - 1) * range);
        }

        return Constant(name, values, shape);
    }

    /// <summary>A constant of the graph's element type.</summary>
    public OnnxGraph Constant(string name, float[] values, params int[] shape)
    {
        var bytes = new byte[values.Length * (real == ElementType.Half ? 2 : 4)];
        for (var i = 0; i < values.Length; i++)
        {
            if (real == ElementType.Half)
            {
                BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)values[i]);
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
            }
        }

        var tensor = new TensorProto { Name = name, DataType = (int)real, Dims = { shape.Select(side => (long)side) } };
        if (external)
        {
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(
            [
                new StringStringEntryProto { Key = "location", Value = ExternalFile },
                new StringStringEntryProto { Key = "offset", Value = $"{_externalData.Count}" },
                new StringStringEntryProto { Key = "length", Value = $"{bytes.Length}" },
            ]);
            _externalData.AddRange(bytes);
        }
        else
        {
            tensor.RawData = ByteString.CopyFrom(bytes);
        }

        _graph.Initializer.Add(tensor);
        return this;
    }

    /// <summary>A constant list of int64: a shape, axes.</summary>
    public OnnxGraph Integers(string name, params long[] values)
    {
        _graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)ElementType.Int64, Dims = { values.Length }, Int64Data = { values } });
        return this;
    }

    /// <summary>Writes the file and its external data.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (external)
        {
            File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, ExternalFile), [.. _externalData]);
        }

        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "DpSynth.Models.Tests",
            Graph = _graph,
            OpsetImport = { new OperatorSetIdProto { Version = Opset } },
        };
        File.WriteAllBytes(path, model.ToByteArray());
    }

    private static AttributeProto Attribute(string name, object value) => value is int number
        ? new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = number }
        : new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { ((int[])value).Select(item => (long)item) } };

    private static ValueInfoProto Declare(string name, ElementType type, object[] shape) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = new TensorShapeProto { Dim = { shape.Select(Side) } } },
        },
    };

    private static TensorShapeProto.Types.Dimension Side(object side) => side is int length
        ? new TensorShapeProto.Types.Dimension { DimValue = length }
        : new TensorShapeProto.Types.Dimension { DimParam = (string)side };
}
