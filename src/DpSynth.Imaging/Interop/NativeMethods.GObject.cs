using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DpSynth.Imaging.Interop;

/// <summary>glib.h and glib-object.h, as the libvips library exports them; names as in C.</summary>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_free(nint memory);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial uint g_log_set_handler(
        string domain, uint levels, delegate* unmanaged[Cdecl]<nint, uint, nint, nint, void> handler, nint data);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_object_get_property(VipsObjectHandle instance, string name, GValue* value);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_object_set_property(VipsObjectHandle instance, string name, GValue* value);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_object_unref(nint instance);

    /// <summary>Reads an object with a reference of the caller's own.</summary>
    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial VipsObjectHandle g_value_dup_object(GValue* value);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial GValue* g_value_init(GValue* value, nuint type);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_value_set_boolean(GValue* value, int content);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_value_set_int(GValue* value, int content);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_value_set_object(GValue* value, VipsObjectHandle content);

    [LibraryImport(LibVips.Name, StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_value_set_string(GValue* value, string content);

    [LibraryImport(LibVips.Name)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    internal static partial void g_value_unset(GValue* value);
}
