using System.Reflection;

namespace DpSynth.Infra.Tests;

/// <summary>The repository's files, as they lie.</summary>
internal static class Repository
{
    public static string Root { get; } =
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Infra { get; } = File("infra");

    public static string File(string path) => Path.Combine(Root, path);

    public static IReadOnlyList<string> InfraFiles() =>
        [.. Directory.EnumerateFiles(Infra, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
