using System.Text;

namespace DpSynth.Models.Search;

/// <summary>Writes the few kinds of Protocol Buffers fields that an ONNX graph is made of (protobuf.dev, "Encoding").</summary>
internal sealed class ProtobufWriter
{
    private const int VarintField = 0;
    private const int BytesField = 2;

    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public ProtobufWriter Number(int field, long value)
    {
        Varint((ulong)(field << 3 | VarintField));
        Varint((ulong)value);
        return this;
    }

    public ProtobufWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public ProtobufWriter Message(int field, Action<ProtobufWriter> write)
    {
        var message = new ProtobufWriter();
        write(message);
        return Bytes(field, message.ToArray());
    }

    public ProtobufWriter Bytes(int field, byte[] value)
    {
        Varint((ulong)(field << 3 | BytesField));
        Varint((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
