using System.Runtime.InteropServices;

namespace DpSynth.Numerics.LinearAlgebra;

/// <summary>Float32 scratch memory outside the managed heap, aligned to a cache line so that vector loads never straddle two.</summary>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    private const nuint Alignment = 64;

    /// <summary>Allocates <paramref name="length"/> values; their content is undefined.</summary>
    public AlignedBuffer(long length)
        : base(IntPtr.Zero, ownsHandle: true)
    {
        Length = length;
        SetHandle((nint)NativeMemory.AlignedAlloc(checked((nuint)Math.Max(1, length) * sizeof(float)), Alignment));
        GC.AddMemoryPressure(Math.Max(1, length * sizeof(float)));
    }

    /// <summary>Number of values.</summary>
    public long Length { get; }

    /// <summary>The first value. Valid until the buffer is disposed; the caller keeps the buffer alive.</summary>
    public float* Pointer => (float*)handle;

    /// <inheritdoc/>
    public override bool IsInvalid => handle == IntPtr.Zero;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(Math.Max(1, Length * sizeof(float)));
        return true;
    }
}
