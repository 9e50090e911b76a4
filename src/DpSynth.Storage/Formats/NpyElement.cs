namespace DpSynth.Storage.Formats;

/// <summary>The element types of <c>.npy</c> files that are read and written here, all little-endian.</summary>
public enum NpyElement
{
    /// <summary><c>&lt;f2</c>: <see cref="Half"/>.</summary>
    Float16,

    /// <summary><c>&lt;f4</c>: <see cref="float"/>.</summary>
    Float32,

    /// <summary><c>&lt;f8</c>: <see cref="double"/>.</summary>
    Float64,

    /// <summary><c>&lt;i4</c>: <see cref="int"/>.</summary>
    Int32,

    /// <summary><c>&lt;i8</c>: <see cref="long"/>.</summary>
    Int64,
}

/// <summary>What is known of each <see cref="NpyElement"/>.</summary>
internal static class NpyElements
{
    /// <summary>The type's descriptor in a header.</summary>
    public static string Descriptor(this NpyElement element) => element switch
    {
        NpyElement.Float16 => "<f2",
        NpyElement.Float32 => "<f4",
        NpyElement.Float64 => "<f8",
        NpyElement.Int32 => "<i4",
        NpyElement.Int64 => "<i8",
        _ => throw new ArgumentOutOfRangeException(nameof(element)),
    };

    /// <summary>Bytes of one element.</summary>
    public static int Size(this NpyElement element) => element switch
    {
        NpyElement.Float16 => 2,
        NpyElement.Float64 or NpyElement.Int64 => 8,
        _ => 4,
    };

    /// <summary>The element type of a descriptor; null for one that is not supported.</summary>
    public static NpyElement? FromDescriptor(string descriptor) => descriptor switch
    {
        "<f2" => NpyElement.Float16,
        "<f4" => NpyElement.Float32,
        "<f8" => NpyElement.Float64,
        "<i4" => NpyElement.Int32,
        "<i8" => NpyElement.Int64,
        _ => null,
    };

    /// <summary>The element type that holds <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">There is none.</exception>
    public static NpyElement Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(Half) ? NpyElement.Float16
        : typeof(T) == typeof(float) ? NpyElement.Float32
        : typeof(T) == typeof(double) ? NpyElement.Float64
        : typeof(T) == typeof(int) ? NpyElement.Int32
        : typeof(T) == typeof(long) ? NpyElement.Int64
        : throw new NotSupportedException($"A .npy file of {typeof(T).Name} is not supported.");
}
