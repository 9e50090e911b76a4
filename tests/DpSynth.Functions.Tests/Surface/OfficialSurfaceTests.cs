using System.Reflection;

namespace DpSynth.Functions.Tests.Surface;

/// <summary>
/// Holds the declarations for feeds without the official packages against <c>official-signatures.txt</c>, which was read off the official
/// sources (durabletask-dotnet of 4 August 2026, azure-functions-dotnet-worker of 14 August 2026). With the official packages the same
/// test holds these against the file: a declaration that the packages do not have then fails.
/// </summary>
public sealed class OfficialSurfaceTests : IDisposable
{
    private static readonly string[] _signatures =
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Surface", "official-signatures.txt")).Where(line => line.Length > 0 && line[0] != '#')];

    private readonly OfficialAssemblies _official = new();

    [Fact]
    public void Every_listed_signature_is_there_as_listed()
    {
        var there = Listed().SelectMany(type => PublicApi.Describe(type)).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(_signatures);
        Assert.Empty(_signatures.Except(there, StringComparer.Ordinal));
    }

    [Fact]
    public void Declarations_hold_nothing_beyond_the_list()
    {
        // The official packages hold much more, of course; only the declarations are bounded.
        var beyond = _official.AreDeclared
            ? _official.Types.Values.SelectMany(PublicApi.Describe).Except(_signatures, StringComparer.Ordinal)
            : [];
        Assert.Empty(beyond);
    }

    [Fact]
    public void Listed_classes_ask_nothing_of_a_derived_class_beyond_the_list() =>
        Assert.Empty(Listed().Where(type => type is { IsAbstract: true, IsSealed: false }).SelectMany(PublicApi.Describe)
            .Where(line => line.Contains(" :: ", StringComparison.Ordinal) && line.Contains("abstract ", StringComparison.Ordinal))
            .Except(_signatures, StringComparer.Ordinal));

    [Theory]
    [InlineData("DpSynth.Functions.dll")]
    [InlineData("DpSynth.LocalHost.dll")]
    public void Programs_use_nothing_outside_the_list(string assembly)
    {
        var listed = Listed().SelectMany(Reachable).ToHashSet(StringComparer.Ordinal);
        var used = UsedMembers.Of(Path.Combine(AppContext.BaseDirectory, assembly));
        Assert.NotEmpty(used);
        Assert.Empty(used.Except(listed, StringComparer.Ordinal));
    }

    public void Dispose() => _official.Dispose();

    private IEnumerable<Type> Listed() => _signatures.Where(signature => !signature.Contains(" :: ", StringComparison.Ordinal))
        .Select(signature => signature[..signature.IndexOf(" : ", StringComparison.Ordinal)])
        .Select(name => _official.Types.GetValueOrDefault(name)).OfType<Type>();

    /// <summary>The listed members of a type in the form in which metadata refers to them; accessors and constructors are members there.</summary>
    private static IEnumerable<string> Reachable(Type type)
    {
        var name = $"{type.Namespace}.{type.Name}";
        var visible = PublicApi.Describe(type).ToHashSet(StringComparer.Ordinal);
        var listed = _signatures.Where(visible.Contains).ToHashSet(StringComparer.Ordinal);
        return type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .SelectMany(member => member switch
            {
                PropertyInfo property when PublicApi.Line(property) is { } line && listed.Contains(line) => property.GetAccessors(nonPublic: true),
                MethodBase method when PublicApi.Line(method) is { } line && listed.Contains(line) => [method],
                FieldInfo field when PublicApi.Line(field) is { } line && listed.Contains(line) => [field],
                _ => Array.Empty<MemberInfo>(),
            })
            .Select(member => member is MethodBase method ? $"{name}::{method.Name}/{method.GetParameters().Length}" : $"{name}::{member.Name}")
            .Append(name);
    }
}
