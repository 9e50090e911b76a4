using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Sessions;

/// <summary>
/// Copies of buffers at fixed places in a GPU's memory, which a recorded CUDA graph reads and writes: it remembers addresses, not
/// values.
/// </summary>
internal sealed unsafe class DeviceMirror : IDisposable
{
    private const int HostToDevice = 1;
    private const int DeviceToHost = 2;

    private static readonly string[] RuntimeLibraries = ["libcudart.so.13", "libcudart.so.12", "libcudart.so"];

    private readonly OrtMemoryInfo _memory;
    private readonly OrtAllocator _allocator;
    private readonly Dictionary<TensorBuffer, OrtValue> _values = [];
    private readonly nint _runtime;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int> _copy;

    public DeviceMirror(InferenceSession session, int deviceId)
    {
        _runtime = LoadRuntime();
        _copy = (delegate* unmanaged<void*, void*, nuint, int, int>)NativeLibrary.GetExport(_runtime, "cudaMemcpy");
        _memory = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.Default);
        _allocator = new OrtAllocator(session, _memory);
    }

    /// <summary>The copy of a buffer; allocated at the first call.</summary>
    public OrtValue Of(TensorBuffer buffer)
    {
        if (!_values.TryGetValue(buffer, out var value))
        {
            value = OrtValue.CreateAllocatedTensorValue(_allocator, buffer.Signature.Type, buffer.Shape);
            _values[buffer] = value;
        }

        return value;
    }

    /// <summary>Brings a buffer's values to its copy.</summary>
    public void Upload(TensorBuffer buffer) => Copy(Of(buffer).GetTensorMutableRawData(), buffer.Value.GetTensorMutableRawData(), HostToDevice);

    /// <summary>Brings a copy's values back.</summary>
    public void Download(TensorBuffer buffer) => Copy(buffer.Value.GetTensorMutableRawData(), Of(buffer).GetTensorMutableRawData(), DeviceToHost);

    public void Dispose()
    {
        foreach (var value in _values.Values)
        {
            value.Dispose();
        }

        _allocator.Dispose();
        _memory.Dispose();
        NativeLibrary.Free(_runtime);
    }

    // One of the spans lies in the device's memory: only its address is taken.
    private void Copy(Span<byte> to, Span<byte> from, int direction)
    {
        fixed (byte* target = to)
        fixed (byte* source = from)
        {
            var status = _copy(target, source, (nuint)from.Length, direction);
            if (status != 0)
            {
                throw new InferenceException($"The GPU's memory could not be copied (CUDA error {status}).");
            }
        }
    }

    private static nint LoadRuntime()
    {
        foreach (var name in RuntimeLibraries)
        {
            if (NativeLibrary.TryLoad(name, out var library))
            {
                return library;
            }
        }

        throw new InferenceException("CUDA graphs need the CUDA runtime library (libcudart.so), which was not found.");
    }
}
