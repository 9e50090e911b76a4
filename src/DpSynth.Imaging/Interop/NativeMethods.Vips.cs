using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DpSynth.Imaging.Interop;

/// <summary>vips/vips.h, vips/image.h, vips/header.h, vips/operation.h, vips/error.h of libvips 8.18; names as in C.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_block_untrusted_set(int state);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nuint vips_blob_get_type();

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsObjectHandle vips_cache_operation_build(VipsObjectHandle operation);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_cache_set_max(int max);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_concurrency_set(int concurrency);

    /// <summary>Copies and clears the error buffer; the caller frees the copy with <see cref="g_free"/>.</summary>
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nint vips_error_buffer_copy();

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_image_get_bands(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsBandFormat vips_image_get_format(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_image_get_height(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsInterpretation vips_image_get_interpretation(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_image_get_orientation(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nuint vips_image_get_type();

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial nuint vips_image_get_typeof(VipsObjectHandle image, string name);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_image_get_width(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_image_hasalpha(VipsObjectHandle image);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsObjectHandle vips_image_new_from_memory_copy(
        byte* data, nuint size, int width, int height, int bands, VipsBandFormat format);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_image_set_int(VipsObjectHandle image, string name, int value);

    /// <summary>Computes the image; the caller frees the pixels with <see cref="g_free"/>.</summary>
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte* vips_image_write_to_memory(VipsObjectHandle image, out nuint size);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_init(string programName);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_object_unref_outputs(VipsObjectHandle operation);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsObjectHandle vips_operation_new(string name);

    /// <summary>Reads a blob; the bytes stay the value's.</summary>
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial byte* vips_value_get_blob(GValue* value, out nuint length);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void vips_value_set_blob(GValue* value, nint free, byte* data, nuint length);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial int vips_version(int part);
}
