using System.Reflection;
using DpSynth.Infra.Tests.Bicep;

namespace DpSynth.Infra.Tests;

/// <summary>The repository's files, as they lie.</summary>
internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public static string Infra { get; } = File("infra");

    public static string File(string path) => Path.Combine(Root, path);

    public static Template MainTemplate() => Template.Read(Path.Combine(Infra, "main.bicep"));

    public static Template Module(string name) => Template.Read(Path.Combine(Infra, "modules", $"{name}.bicep"));

    public static IReadOnlyList<Template> Templates() =>
        [.. Directory.EnumerateFiles(Infra, "*.bicep", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(Template.Read)];
}
