using NetVips;

namespace DpSynth.Imaging;

/// <summary>Starts libvips once, checks that it is the version that ships, and sets it up for images that nobody vouches for.</summary>
internal static class LibVips
{
    private const string Version = "8.18.7";

    /// <summary>The only loaders that may run: from memory, of the formats that are read.</summary>
    private static readonly string[] Loaders =
    [
        "VipsForeignLoadPngBuffer", "VipsForeignLoadJpegBuffer", "VipsForeignLoadWebpBuffer", "VipsForeignLoadTiffBuffer", "VipsForeignLoadNsgifBuffer",
    ];

    // A failed start is not remembered, so that the library can be put in place while the process lives.
    private static readonly Lazy<bool> Started = new(Start, LazyThreadSafetyMode.PublicationOnly);
    private static readonly Lock Starting = new();

    /// <summary>Must come before every call into the library.</summary>
    /// <exception cref="DllNotFoundException">The library is missing, made for another platform or of another version.</exception>
    internal static void EnsureStarted() => _ = Started.Value;

    private static bool Start()
    {
        lock (Starting)
        {
            if (!ModuleInitializer.VipsInitialized)
            {
                ModuleInitializer.Initialize();
            }

            if (!ModuleInitializer.VipsInitialized)
            {
                throw new DllNotFoundException(
                    $"The image library libvips.so.42 is missing from {AppContext.BaseDirectory} or does not load: it needs Linux on x64 with glibc, "
                        + "and comes with the program's build.",
                    ModuleInitializer.Exception);
            }

            // Where the library that ships is missing, the system's may have been found.
            var version = $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}";
            if (version != Version)
            {
                throw new DllNotFoundException($"libvips {version} was found where {Version} is needed, which comes with the program's build.");
            }

            // Images are processed in parallel, one thread each; nothing about one image helps with the next.
            NetVips.NetVips.Concurrency = 1;
            Cache.Max = 0;
            NetVips.NetVips.BlockUntrusted = true;
            Operation.Block("VipsForeignLoad", true);
            foreach (var loader in Loaders)
            {
                Operation.Block(loader, false);
            }

            // Warnings about odd metadata would go to standard error, quoting what the image says. What libvips warns of either
            // fails the call, which says so, or does not matter.
            foreach (var domain in (string[])["VIPS", "GLib-GObject", "Pango"])
            {
                _ = Log.SetLogHandler(domain, Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Info, static (_, _, _) => { });
            }

            return true;
        }
    }
}
