using System.Reflection;

namespace DpSynth.Architecture.Tests;

/// <summary>What holds for every line of the source.</summary>
public sealed class SourceTests
{
    private const int LongestLine = 160;

    private static readonly string[] _folders = ["src", "tests", "bench"];
    private static readonly string[] _built = ["obj", "bin", "artifacts", "node_modules"];

    private static string Root { get; } =
        typeof(SourceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "RepositoryRoot").Value!;

    [Fact]
    public void No_line_is_longer_than_160_characters()
    {
        var files = _folders.SelectMany(folder => Sources(Path.Combine(Root, folder))).ToList();

        Assert.NotEmpty(files);
        Assert.Empty(files.SelectMany(file => LongLines(Path.GetRelativePath(Root, file), File.ReadLines(file))));
    }

    [Fact]
    public void Line_of_161_characters_is_named_and_one_of_160_is_not()
    {
        string[] lines = [new('ε', LongestLine), new('ε', LongestLine + 1), ""];

        Assert.Equal(["a.cs:2: 161 characters"], LongLines("a.cs", lines));
    }

    private static IEnumerable<string> LongLines(string file, IEnumerable<string> lines) =>
        lines.Index().Where(line => line.Item.Length > LongestLine).Select(line => $"{file}:{line.Index + 1}: {line.Item.Length} characters");

    private static IEnumerable<string> Sources(string folder) => Directory.EnumerateFiles(folder, "*.cs").Concat(
        Directory.EnumerateDirectories(folder).Where(inner => !_built.Contains(Path.GetFileName(inner))).SelectMany(Sources));
}
