using System.Text.Json;
using System.Text.RegularExpressions;

namespace DpSynth.Infra.Tests.Deployments;

/// <summary>Who may do what where.</summary>
/// <param name="Holder">The identity, by its name: <c>id-dpsynth-worker</c>; or the topic whose own identity it is.</param>
/// <param name="ScopeType">Type of the resource on which the role is given, without its namespace: <c>containers</c>.</param>
/// <param name="Scope">Names of that resource and its parents, services left out: <c>stexchange/candidates</c>.</param>
/// <param name="Role">The role's name in <c>roles.json</c>.</param>
internal sealed partial record RoleAssignment(string Holder, string ScopeType, string Scope, string Role)
{
    private const string Provider = "/providers/";

    private static readonly Dictionary<string, string> _roles = Roles().ToDictionary(role => role.Value, role => role.Key, StringComparer.Ordinal);

    /// <summary>Ids by name.</summary>
    public static Dictionary<string, string> Roles() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(Repository.Infra, "roles.json")))!;

    public static IEnumerable<RoleAssignment> In(Deployment deployment) =>
        deployment.Of("Microsoft.Authorization/roleAssignments").Select(resource => Read(resource, deployment.Suffix));

    public override string ToString() => $"{ScopeType} {Scope}: {Role}";

    private static RoleAssignment Read(DeployedResource resource, string suffix)
    {
        var scope = resource.Id[..resource.Id.LastIndexOf(Provider, StringComparison.Ordinal)];
        var inside = scope.IndexOf(Provider, StringComparison.Ordinal);
        Assert.True(inside > 0, $"{resource} is given on more than one resource.");
        string[] segments = [.. scope[(inside + Provider.Length)..].Split('/').Skip(1)];
        var principal = Principal().Match((string)resource.Value("properties.principalId")!);
        Assert.True(principal.Success, $"{resource} is not given to a resource of this deployment.");
        Assert.Equal("ServicePrincipal", resource.Value("properties.principalType"));
        var role = (string)resource.Value("properties.roleDefinitionId")!;
        return new(
            DeployedResource.Short(principal.Groups["name"].Value, suffix),
            segments[^2],
            DeployedResource.Short(string.Join('/', segments.Where((_, i) => i % 2 == 1).Where(name => name != "default")), suffix),
            _roles[role[(role.LastIndexOf('/') + 1)..]]);
    }

    [GeneratedRegex(
        @"^\[reference\('[^']*/(?<name>[^/']+)', '[^']+'(, 'full')?\)(\.identity)?\.principalId\]$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Principal();
}
