using System.Runtime.InteropServices;

namespace DpSynth.Imaging.Interop;

/// <summary>GObject's variant, 24 bytes on 64-bit platforms. Zeroed memory is an empty value.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct GValue
{
    internal nuint Type;
    internal ulong Data0;
    internal ulong Data1;
}

/// <summary>Fundamental types, <c>G_TYPE_MAKE_FUNDAMENTAL</c>: their number shifted left by 2.</summary>
internal static class GType
{
    internal const nuint Boolean = 5 << 2;
    internal const nuint Int = 6 << 2;
    internal const nuint String = 16 << 2;
}
