using System.Text.Json.Nodes;
using DpSynth.Infra.Tests.Compiler;

namespace DpSynth.Infra.Tests;

public class TemplateTests
{
    [Fact]
    public void Every_template_compiles_without_a_warning_of_compiler_or_linter()
    {
        using var workspace = new Workspace();
        BicepCompiler.Expect("lint", "--pattern", workspace.Templates, "--no-restore");
    }

    [Fact]
    public void Planted_faults_are_found()
    {
        (string Rule, string Template)[] faults =
        [
            ("no-unused-params", "param unused string\n"),
            ("BCP057", "output x string = nothing\n"),
            ("BCP033", "output x int = 'one'\n"),
            ("BCP091", "module a 'none.bicep' = {\n  name: 'a'\n}\n"),
            ("BCP190", "module a 'br/public:avm/res/web/site:0.1.0' = {\n  name: 'a'\n}\n"),
            ("BCP037", "module a 'vault-secret.bicep' = {\n  name: 'a'\n  params: { colour: 'red' }\n}\n"),
            ("BCP081", "resource a 'Microsoft.Web/serverfarms@2014-01-01' = {\n  name: 'a'\n  location: 'x'\n}\n"),
            ("no-hardcoded-location", "resource a 'Microsoft.Web/serverfarms@2025-03-01' = {\n  name: 'a'\n  location: 'x'\n}\n"),
            ("use-recent-api-versions", "param l string\nresource a 'Microsoft.Web/serverfarms@2020-06-01' = {\n  name: 'a'\n  location: l\n}\n"),
            ("outputs-should-not-contain-secrets", "@secure()\nparam s string\noutput x string = s\n"),
            ("secure-parameter-default", "@secure()\nparam s string = 'x'\noutput x int = length(s)\n"),
        ];
        using var workspace = new Workspace();
        foreach (var (rule, template) in faults)
        {
            File.WriteAllText(workspace.File($"modules/planted-{rule}.bicep"), template);
        }

        var (_, _, complaints) = BicepCompiler.Run("lint", "--pattern", workspace.Templates, "--no-restore");
        var lines = complaints.Split('\n');
        Assert.All(faults, fault => Assert.Contains(lines, line =>
            line.Contains($"planted-{fault.Rule}.bicep(", StringComparison.Ordinal) && line.Contains($" {fault.Rule}: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_template_is_formatted_as_the_compiler_formats()
    {
        using var workspace = new Workspace();
        BicepCompiler.Expect("format", "--pattern", workspace.Templates);
        Assert.All(
            Repository.InfraFiles().Where(file => Path.GetExtension(file) == ".bicep"),
            file => Assert.Equal(File.ReadAllText(workspace.File(Path.GetRelativePath(Repository.Infra, file))), File.ReadAllText(file)));
    }

    [Fact]
    public void Every_module_is_part_of_main()
    {
        using var workspace = new Workspace();
        BicepCompiler.Expect("build", "--pattern", workspace.Templates, "--no-restore");
        var compiled = Directory.EnumerateFiles(workspace.File("modules"), "*.json").ToDictionary(
            file => Hash(JsonNode.Parse(File.ReadAllText(file))!), Path.GetFileNameWithoutExtension);
        Assert.NotEmpty(compiled);
        var nested = Nested(BicepCompiler.Main);
        Assert.Empty(compiled.Where(module => !nested.Contains(module.Key)).Select(module => module.Value));

        static HashSet<string> Nested(JsonNode template) => [.. Resources(template).SelectMany(resource =>
            resource!["type"]!.GetValue<string>() == "Microsoft.Resources/deployments" ? With(resource["properties"]!["template"]!) : [])];

        static IEnumerable<string> With(JsonNode inner) => Nested(inner).Append(Hash(inner));

        static IEnumerable<JsonNode?> Resources(JsonNode template) =>
            template["resources"] is JsonObject named ? named.Select(resource => resource.Value) : template["resources"]!.AsArray();

        static string Hash(JsonNode template) => template["metadata"]!["_generator"]!["templateHash"]!.GetValue<string>();
    }
}
