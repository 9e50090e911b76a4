using System.Reflection;

namespace DpSynth.Functions.Tests.Surface;

/// <summary>The Functions and Durable Task assemblies beside the tests, or the one that declares them where the feed has none, as metadata.</summary>
internal sealed class OfficialAssemblies : IDisposable
{
    private const string Surface = "DpSynth.FunctionsSurface";

    private static readonly string[] _prefixes = [Surface, "Microsoft.Azure.Functions.Worker", "Microsoft.DurableTask", "DurableTask.Core"];

    private readonly MetadataLoadContext _metadata;

    public OfficialAssemblies()
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        _metadata = new MetadataLoadContext(new PathAssemblyResolver(platform));
        var own = platform.Where(path => IsOfficial(Path.GetFileNameWithoutExtension(path))).ToArray();
        AreDeclared = own.Any(path => Path.GetFileNameWithoutExtension(path) == Surface);

        // A class of extension methods may be public in two of them under one name.
        Types = own.Select(_metadata.LoadFromAssemblyPath).SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsPublic)
            .DistinctBy(type => PublicApi.Name(type), StringComparer.Ordinal)
            .ToDictionary(type => PublicApi.Name(type), StringComparer.Ordinal);
    }

    /// <summary>Whether they are the declarations for feeds without the packages.</summary>
    public bool AreDeclared { get; }

    /// <summary>All public types by name.</summary>
    public IReadOnlyDictionary<string, Type> Types { get; }

    public static bool IsOfficial(string assembly) => _prefixes.Any(prefix => assembly.StartsWith(prefix, StringComparison.Ordinal));

    public void Dispose() => _metadata.Dispose();
}
