using System.Reflection;
using System.Runtime.CompilerServices;
using DpSynth.Imaging.Interop;

namespace DpSynth.Imaging.Tests.Interop;

public sealed class NativeBindingTests
{
    [Fact]
    public void GValue_has_the_size_that_GObject_gives_it() => Assert.Equal(24, Unsafe.SizeOf<GValue>());

    [Fact]
    public void Every_import_names_a_function_that_the_library_exports()
    {
        LibVips.EnsureStarted();
        var library = System.Runtime.InteropServices.NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libvips-cpp.so.8.18.7"));
        var imports = typeof(NativeMethods).GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(method => method.Name).Where(name => name.StartsWith("vips_") || name.StartsWith("g_")).ToArray();
        Assert.NotEmpty(imports);
        Assert.All(imports, name => Assert.True(System.Runtime.InteropServices.NativeLibrary.TryGetExport(library, name, out _), name));
    }

    [Fact]
    public void A_failing_call_says_what_failed_and_clears_the_error()
    {
        var first = Assert.Throws<VipsException>(() => new VipsOperation("no_such_operation"));
        var second = Assert.Throws<VipsException>(() => new VipsOperation("nor_this_one"));
        Assert.Contains("no_such_operation", first.Message);
        Assert.DoesNotContain("no_such_operation", second.Message);
    }
}
