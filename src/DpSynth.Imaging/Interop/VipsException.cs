using System.Runtime.InteropServices;

namespace DpSynth.Imaging.Interop;

/// <summary>A libvips call failed.</summary>
public sealed class VipsException : Exception
{
    internal VipsException(string message)
        : base(message)
    {
    }

    /// <summary>Throws with what libvips says if <paramref name="status"/> is not 0.</summary>
    internal static void ThrowIfFailed(int status, string call)
    {
        if (status != 0)
            throw FromErrorBuffer(call);
    }

    /// <summary>
    /// Reads and clears libvips' error buffer. The buffer is the process's, so under parallel failures a text may tell of another
    /// thread's call; it names operations and file formats, never pixels.
    /// </summary>
    internal static VipsException FromErrorBuffer(string call)
    {
        var text = NativeMethods.vips_error_buffer_copy();
        try
        {
            var detail = Marshal.PtrToStringUTF8(text)?.Trim().ReplaceLineEndings("; ");
            return new VipsException(string.IsNullOrEmpty(detail) ? $"libvips: {call} failed." : $"libvips: {call} failed: {detail}.");
        }
        finally
        {
            NativeMethods.g_free(text);
        }
    }
}
