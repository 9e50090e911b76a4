namespace DpSynth.Imaging.Interop;

/// <summary>
/// One libvips operation: named, given its arguments, run, and asked for its results. This is the non-variadic road to what the
/// C API offers as variadic functions.
/// </summary>
internal sealed unsafe class VipsOperation : IDisposable
{
    private readonly string _name;
    private readonly VipsObjectHandle _operation;
    private VipsObjectHandle? _built;

    /// <summary>Starts the operation <paramref name="name"/>, by its nickname such as <c>pngload_buffer</c>.</summary>
    internal VipsOperation(string name)
    {
        LibVips.EnsureStarted();
        _name = name;
        _operation = NativeMethods.vips_operation_new(name);
        if (_operation.IsInvalid)
            throw VipsException.FromErrorBuffer(name);
    }

    /// <summary>Sets an integer, boolean, enumeration or flags argument.</summary>
    internal VipsOperation With(string argument, int content)
    {
        GValue value = default;
        NativeMethods.g_value_init(&value, GType.Int);
        NativeMethods.g_value_set_int(&value, content);
        return Set(argument, &value);
    }

    internal VipsOperation With(string argument, bool content)
    {
        GValue value = default;
        NativeMethods.g_value_init(&value, GType.Boolean);
        NativeMethods.g_value_set_boolean(&value, content ? 1 : 0);
        return Set(argument, &value);
    }

    internal VipsOperation With(string argument, string content)
    {
        GValue value = default;
        NativeMethods.g_value_init(&value, GType.String);
        NativeMethods.g_value_set_string(&value, content);
        return Set(argument, &value);
    }

    internal VipsOperation With(string argument, VipsObjectHandle image)
    {
        GValue value = default;
        NativeMethods.g_value_init(&value, NativeMethods.vips_image_get_type());
        NativeMethods.g_value_set_object(&value, image);
        return Set(argument, &value);
    }

    /// <summary>Sets a blob. libvips reads the memory when pixels are asked for, so it must stay fixed until the results are done with.</summary>
    internal VipsOperation With(string argument, byte* data, int length)
    {
        GValue value = default;
        NativeMethods.g_value_init(&value, NativeMethods.vips_blob_get_type());
        NativeMethods.vips_value_set_blob(&value, free: 0, data, (nuint)length);
        return Set(argument, &value);
    }

    /// <summary>Runs the operation and returns its result image.</summary>
    /// <exception cref="VipsException">libvips refuses.</exception>
    internal VipsObjectHandle Image()
    {
        Build();
        GValue value = default;
        NativeMethods.g_value_init(&value, NativeMethods.vips_image_get_type());
        NativeMethods.g_object_get_property(_built!, "out", &value);
        try
        {
            return NativeMethods.g_value_dup_object(&value);
        }
        finally
        {
            NativeMethods.g_value_unset(&value);
        }
    }

    /// <summary>Runs the operation and returns a copy of its result buffer.</summary>
    /// <exception cref="VipsException">libvips refuses.</exception>
    internal byte[] Buffer()
    {
        Build();
        GValue value = default;
        NativeMethods.g_value_init(&value, NativeMethods.vips_blob_get_type());
        NativeMethods.g_object_get_property(_built!, "buffer", &value);
        try
        {
            var data = NativeMethods.vips_value_get_blob(&value, out var length);
            return new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
        }
        finally
        {
            NativeMethods.g_value_unset(&value);
        }
    }

    public void Dispose()
    {
        // The operation holds references to its results; without this they outlive it.
        NativeMethods.vips_object_unref_outputs(_built ?? _operation);
        _built?.Dispose();
        _operation.Dispose();
    }

    private void Build()
    {
        var built = NativeMethods.vips_cache_operation_build(_operation);
        if (built.IsInvalid)
        {
            built.Dispose();
            throw VipsException.FromErrorBuffer(_name);
        }

        _built = built;
    }

    private VipsOperation Set(string argument, GValue* value)
    {
        NativeMethods.g_object_set_property(_operation, argument, value);
        NativeMethods.g_value_unset(value);
        return this;
    }
}
