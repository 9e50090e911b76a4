using System.Buffers;
using System.Runtime.InteropServices;

namespace DpSynth.Storage.Formats;

/// <summary>The bytes of an array as <see cref="Memory{T}"/>, so that a stream can be read straight into it.</summary>
internal sealed class CastMemory<T>(T[] values) : MemoryManager<byte>
    where T : unmanaged
{
    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(values.AsSpan());

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        var handle = GCHandle.Alloc(values, GCHandleType.Pinned);
        return new MemoryHandle((byte*)handle.AddrOfPinnedObject() + elementIndex, handle);
    }

    public override void Unpin()
    {
        // The handle returned by Pin unpins itself.
    }

    protected override void Dispose(bool disposing)
    {
        // Nothing is held beyond the array.
    }
}
