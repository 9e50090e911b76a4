using Microsoft.Win32.SafeHandles;

namespace DpSynth.Imaging.Interop;

/// <summary>Owns one reference to a GObject: an image or an operation.</summary>
internal sealed class VipsObjectHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        NativeMethods.g_object_unref(handle);
        return true;
    }
}
