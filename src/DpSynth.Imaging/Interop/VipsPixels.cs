namespace DpSynth.Imaging.Interop;

/// <summary>Computes images and copies their pixels out.</summary>
internal static unsafe class VipsPixels
{
    /// <summary>Computes <paramref name="image"/> into <paramref name="destination"/>, which must be exactly its size.</summary>
    /// <exception cref="VipsException">The computation fails, which for a lazily decoded image includes broken data.</exception>
    internal static void CopyTo(VipsObjectHandle image, Span<byte> destination)
    {
        var pixels = NativeMethods.vips_image_write_to_memory(image, out var size);
        if (pixels == null)
            throw VipsException.FromErrorBuffer(nameof(NativeMethods.vips_image_write_to_memory));

        try
        {
            new ReadOnlySpan<byte>(pixels, checked((int)size)).CopyTo(destination);
        }
        finally
        {
            NativeMethods.g_free((nint)pixels);
        }
    }
}
