using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DpSynth.Imaging.Interop;

/// <summary>Loads libvips once, checks that it is the version bound against, and sets it up for images that nobody vouches for.</summary>
internal static unsafe class LibVips
{
    internal const string Name = "vips";

    private const string FileName = "libvips-cpp.so.8.18.7";
    private const int MajorVersion = 8;
    private const int MinorVersion = 18;

    // A failed start is not remembered, so that the library can be put in place while the process lives.
    private static readonly bool ResolverRegistered = RegisterResolver();
    private static readonly Lazy<bool> Started = new(Start, LazyThreadSafetyMode.PublicationOnly);
    private static readonly Lock Starting = new();

    /// <summary>Must come before every call into the library.</summary>
    /// <exception cref="DllNotFoundException">The library is missing or made for another platform.</exception>
    /// <exception cref="VipsException">The library is of another version or does not start.</exception>
    internal static void EnsureStarted() => _ = ResolverRegistered && Started.Value;

    private static bool Start()
    {
        lock (Starting)
        {
            var major = NativeMethods.vips_version(0);
            var minor = NativeMethods.vips_version(1);
            if (major != MajorVersion || minor != MinorVersion)
                throw new VipsException($"libvips {major}.{minor} was found where {MajorVersion}.{MinorVersion} is needed: run ./dpsynth, which installs it.");

            VipsException.ThrowIfFailed(NativeMethods.vips_init(nameof(DpSynth)), nameof(NativeMethods.vips_init));

            // Images are processed in parallel, one thread each; nothing about one image helps with the next.
            NativeMethods.vips_concurrency_set(1);
            NativeMethods.vips_cache_set_max(0);
            NativeMethods.vips_block_untrusted_set(1);

            // Warnings about odd metadata would go to standard error, quoting what the image says.
            foreach (var domain in (string[])["VIPS", "GLib-GObject", "Pango"])
                _ = NativeMethods.g_log_set_handler(domain, LogLevelWarning | LogLevelInformation, &Ignore, 0);

            return true;
        }
    }

    private const uint LogLevelWarning = 1 << 4;
    private const uint LogLevelInformation = 1 << 6;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint domain, uint level, nint message, nint data)
    {
        // What libvips warns of either fails the call, which says so, or does not matter.
    }

    private static bool RegisterResolver()
    {
        NativeLibrary.SetDllImportResolver(typeof(LibVips).Assembly, Resolve);
        return true;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Name)
            return 0;

        var path = Path.Combine(AppContext.BaseDirectory, FileName);
        if (!File.Exists(path))
            throw new DllNotFoundException($"The image library {FileName} is not in {AppContext.BaseDirectory}: run ./dpsynth, which installs and copies it.");

        return NativeLibrary.TryLoad(path, out var handle)
            ? handle
            : throw new DllNotFoundException($"The image library {path} does not load: it needs Linux on x64 with glibc.");
    }
}
