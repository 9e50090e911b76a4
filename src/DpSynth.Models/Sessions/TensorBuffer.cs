using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DpSynth.Models.Sessions;

/// <summary>
/// A tensor in memory of its own, allocated once and bound to a model's input or output. Numbers go in and out as float32, whatever
/// the element type is.
/// </summary>
public sealed class TensorBuffer : IDisposable
{
    /// <summary>Allocates a tensor of zeros.</summary>
    /// <exception cref="InferenceException">The shape does not fit the signature, or its element type is not supported.</exception>
    public TensorBuffer(TensorSignature signature, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(signature);
        if (!signature.Admits(shape))
        {
            throw new InferenceException($"The model declares '{signature.Name}' as {signature}, which does not take [{string.Join(", ", shape.ToArray())}].");
        }

        if (signature.Type is not (TensorElementType.Float or TensorElementType.Float16 or TensorElementType.Int64 or TensorElementType.Int32
            or TensorElementType.Bool))
        {
            throw new InferenceException($"The model declares '{signature.Name}' as {signature}; supported are float32, float16, int64, int32 and bool.");
        }

        Signature = signature;
        Shape = shape.ToArray();
        Count = checked((int)TensorPrimitives.Product<long>(shape.Length == 0 ? [1] : shape));
        Value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, signature.Type, Shape);
        Bytes.Clear();
    }

    /// <summary>What the model declares.</summary>
    public TensorSignature Signature { get; }

    /// <summary>The dimensions.</summary>
    public long[] Shape { get; }

    /// <summary>Number of elements.</summary>
    public int Count { get; }

    internal OrtValue Value { get; }

    private Span<byte> Bytes => Value.GetTensorMutableRawData();

    /// <summary>Writes numbers from <paramref name="offset"/> on; to integers they are rounded.</summary>
    public void Write(int offset, ReadOnlySpan<float> values)
    {
        switch (Signature.Type)
        {
            case TensorElementType.Float:
                values.CopyTo(Elements<float>(offset, values.Length));
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToHalf(values, Elements<Half>(offset, values.Length));
                break;
            default:
                for (var i = 0; i < values.Length; i++)
                {
                    Write(offset + i, (long)MathF.Round(values[i]));
                }

                break;
        }
    }

    /// <summary>Writes one whole number.</summary>
    public void Write(int offset, long value)
    {
        switch (Signature.Type)
        {
            case TensorElementType.Int64:
                Elements<long>(offset, 1)[0] = value;
                break;
            case TensorElementType.Int32:
                Elements<int>(offset, 1)[0] = checked((int)value);
                break;
            case TensorElementType.Float:
                Elements<float>(offset, 1)[0] = value;
                break;
            case TensorElementType.Float16:
                Elements<Half>(offset, 1)[0] = (Half)value;
                break;
            default:
                Elements<bool>(offset, 1)[0] = value != 0;
                break;
        }
    }

    /// <summary>Reads numbers from <paramref name="offset"/> on.</summary>
    public void Read(int offset, Span<float> values)
    {
        switch (Signature.Type)
        {
            case TensorElementType.Float:
                Elements<float>(offset, values.Length).CopyTo(values);
                break;
            case TensorElementType.Float16:
                TensorPrimitives.ConvertToSingle(Elements<Half>(offset, values.Length), values);
                break;
            case TensorElementType.Bool:
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = Elements<bool>(offset + i, 1)[0] ? 1 : 0;
                }

                break;
            default:
                throw new InferenceException($"'{Signature.Name}' is {Signature}, where numbers with a fraction are expected.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Value.Dispose();

    private Span<T> Elements<T>(int offset, int count)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Bytes).Slice(offset, count);
}
