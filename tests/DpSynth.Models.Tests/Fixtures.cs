using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DpSynth.Models.Tests;

/// <summary>Reads the model family that ships with the repository, and its reference arrays.</summary>
internal static class Fixtures
{
    public static string ModelFolder { get; } = Path.Combine(FindRepository(), "models", "tiny-sd");

    public static string Reference(string name) => Path.Combine(ModelFolder, "reference", name);

    public static JsonElement Json(params string[] path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine([ModelFolder, .. path])));
        return document.RootElement.Clone();
    }

    public static float[] Floats(string name)
    {
        var (bytes, count) = Data(name, "<f4");
        var result = new float[count];
        for (var i = 0; i < count; i++)
        {
            result[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4));
        }

        return result;
    }

    public static long[] Integers(string name)
    {
        var (bytes, count) = Data(name, "<i8");
        var result = new long[count];
        for (var i = 0; i < count; i++)
        {
            result[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * 8));
        }

        return result;
    }

    public static double LargestDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Assert.Equal(a.Length, b.Length);
        var largest = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, double.IsNaN(a[i]) ? double.PositiveInfinity : Math.Abs(a[i] - b[i]));
        }

        return largest;
    }

    // NumPy's format 1.0: magic, version, length of the header, the header as a Python literal.
    private static (byte[] Data, int Count) Data(string name, string type)
    {
        var bytes = File.ReadAllBytes(Reference(name + ".npy"));
        var headerLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        var header = Encoding.ASCII.GetString(bytes, 10, headerLength);
        Assert.Contains($"'{type}'", header, StringComparison.Ordinal);
        Assert.Contains("'fortran_order': False", header, StringComparison.Ordinal);
        var from = header.IndexOf('(', StringComparison.Ordinal) + 1;
        var shape = header[from..header.IndexOf(')', StringComparison.Ordinal)];
        var count = shape.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Aggregate(1, (product, side) => product * int.Parse(side, CultureInfo.InvariantCulture));
        return (bytes[(10 + headerLength)..], count);
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DpSynth.Functions.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No repository was found above {AppContext.BaseDirectory}.");
    }
}
