using System.Text.RegularExpressions;
using DpSynth.Infra.Tests.Compiler;
using DpSynth.Infra.Tests.Deployments;

namespace DpSynth.Infra.Tests;

/// <summary>
/// What azd reads: <c>azure.yaml</c>, the parameters, tags and outputs. That values have the types of the parameters, every deployment shows.
/// </summary>
public partial class AzdTests
{
    [Fact]
    public void Parameters_are_main_s_and_every_one_that_has_no_default_is_given()
    {
        var parameters = BicepCompiler.Main["parameters"]!.AsObject();
        Assert.Subset(parameters.Select(parameter => parameter.Key).ToHashSet(), AzdEnvironment.Templates.Keys.ToHashSet());
        Assert.Subset(
            AzdEnvironment.Templates.Keys.ToHashSet(),
            parameters.Where(parameter => parameter.Value!["defaultValue"] is null).Select(parameter => parameter.Key).ToHashSet());
    }

    [Fact]
    public void Defaults_are_those_of_main()
    {
        var parameters = BicepCompiler.Main["parameters"]!.AsObject();
        Assert.All(AzdEnvironment.Templates.Select(given => (given.Key, Default: Default().Match(given.Value))).Where(given => given.Default.Success), given =>
            Assert.Equal(parameters[given.Key]!["defaultValue"]!.ToString(), given.Default.Groups["value"].Value, ignoreCase: true));
    }

    [Fact]
    public void Guide_explains_every_value_of_the_environment()
    {
        var guide = File.ReadAllText(Repository.File("docs/deploy.md"));
        Assert.All(
            AzdEnvironment.Names.Where(name => name.StartsWith("DPSYNTH_", StringComparison.Ordinal)),
            name => Assert.Contains(name, guide, StringComparison.Ordinal));
    }

    [Fact]
    public void Project_names_the_templates()
    {
        var lines = File.ReadAllLines(Repository.File("azure.yaml"));
        Assert.Equal("bicep", Value(lines, "provider"));
        Assert.True(File.Exists(Repository.File($"{Value(lines, "path")}/{Value(lines, "module")}.bicep")));
    }

    [Theory]
    [MemberData(nameof(Deployment.Every), MemberType = typeof(Deployment))]
    public void Each_service_of_the_project_finds_its_resource_by_its_tag(string name)
    {
        var deployment = Deployment.Named(name);
        Dictionary<string, string> hosts =
            new(StringComparer.Ordinal) { ["function"] = "Microsoft.Web/sites", ["containerapp"] = "Microsoft.App/containerApps" };
        var services = Services().ToArray();
        Assert.Equal(["app", "worker"], services.Select(service => service.Name));
        foreach (var (service, lines) in services)
        {
            var resource = Assert.Single(deployment.Resources, resource => (string?)resource.Json["tags"]?["azd-service-name"] == service);
            Assert.Equal(hosts[Value(lines, "host")], resource.Type);
            Assert.True(Directory.Exists(Repository.File(Value(lines, "project"))));
        }

        Assert.All(
            deployment.Resources.Where(resource => resource.Json["tags"] is not null),
            resource => Assert.Equal("test", resource.Json["tags"]!["azd-env-name"]!.GetValue<string>()));
    }

    [Fact]
    public void Images_are_pushed_to_the_registry_that_is_put_out() =>
        Assert.Contains(
            $"'{Deployment.Standard.Single("Microsoft.ContainerRegistry/registries").Id}'",
            Deployment.Standard.Outputs["AZURE_CONTAINER_REGISTRY_ENDPOINT"]!.GetValue<string>(), StringComparison.Ordinal);

    [Fact]
    public void Worker_keeps_the_image_that_was_deployed_last() =>
        Assert.Equal("${SERVICE_WORKER_IMAGE_NAME=}", AzdEnvironment.Templates["workerImage"]);

    /// <summary>The services and, for each, its lines.</summary>
    private static IEnumerable<(string Name, string[] Lines)> Services()
    {
        string[] lines =
        [
            .. File.ReadAllLines(Repository.File("azure.yaml")).SkipWhile(line => line != "services:").Skip(1).TakeWhile(line => line.StartsWith(' ')),
        ];
        int[] starts = [.. Enumerable.Range(0, lines.Length).Where(i => Service().IsMatch(lines[i])), lines.Length];
        return starts.Zip(starts.Skip(1), (from, to) => (lines[from].Trim(' ', ':'), lines[from..to]));
    }

    private static string Value(IEnumerable<string> lines, string key) =>
        lines.Select(line => line.Trim()).First(line => line.StartsWith($"{key}: ", StringComparison.Ordinal))[(key.Length + 2)..];

    [GeneratedRegex(@"^\$\{[A-Z_]+=(?<value>[^}]*)\}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Default();

    [GeneratedRegex("^  [a-z]+:$", RegexOptions.None, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Service();
}
