using System.Text.Json.Nodes;
using DpSynth.Functions;

namespace DpSynth.Infra.Tests.Publishing;

/// <summary>The folder that is deployed, as the Functions host expects it.</summary>
public class PublishedAppTests(PublishedApp app) : IClassFixture<PublishedApp>
{
    [Fact]
    public void Folder_holds_what_the_host_reads_and_what_the_app_loads()
    {
        string[] expected =
        [
            "host.json", "functions.metadata", "worker.config.json", "extensions.json", ".azurefunctions/function.deps.json",
            ".azurefunctions/Microsoft.Azure.WebJobs.Extensions.DurableTask.dll", ".azurefunctions/DurableTask.AzureStorage.dll",
            "DpSynth.Functions.dll", "DpSynth.Functions.deps.json", "DpSynth.Functions.runtimeconfig.json", "Microsoft.Azure.Functions.Worker.dll",
            "runtimes/linux-x64/native/libonnxruntime.so", "runtimes/linux-x64/native/libvips.so.42",
        ];
        Assert.Empty(expected.Except(app.Files));
        Assert.Equal(File.ReadAllText(Repository.File("host.json")), File.ReadAllText(app.PathOf("host.json")));
    }

    [Fact]
    public void Folder_holds_nothing_else()
    {
        string[] known =
        [
            "host.json", "functions.metadata", "worker.config.json", "extensions.json", ".azurefunctions/function.deps.json",
            "DpSynth.Functions", "DpSynth.Functions.deps.json", "DpSynth.Functions.runtimeconfig.json", "label-font.ttf", "label-font-licence.txt",
            "libvips-third-party-notices.md", "onnxruntime-licence.txt", "onnxruntime-third-party-notices.txt",
        ];
        string[] ours =
        [
            "Catalogue", "Embedders", "Evaluation", "Functions", "Imaging", "Ledgers", "Models", "Numerics", "Privacy", "Storage", "Synthesis", "Telemetry",
        ];
        string[] unknown =
        [
            .. app.Files.Except(known).Where(file => Path.GetExtension(file) is not (".dll" or ".pdb")
                && !file.StartsWith("runtimes/linux-x64/native/", StringComparison.Ordinal)),
            .. app.Files.Where(file => file.StartsWith("DpSynth.", StringComparison.Ordinal) && Path.GetExtension(file) is ".dll" or ".pdb")
                .Where(file => !ours.Contains(file.Split('.')[1])),
            .. app.Files.Where(file => file.Contains("xunit", StringComparison.OrdinalIgnoreCase) || file.Contains("test", StringComparison.OrdinalIgnoreCase)),
        ];
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_extension_that_is_named_is_there()
    {
        var extensions = Read("extensions.json")["extensions"]!.AsArray();
        Assert.Superset(
            new HashSet<string>(["AzureStorageQueues", "DurableTask", "Startup"]),
            extensions.Select(extension => extension!["name"]!.GetValue<string>()).ToHashSet());
        Assert.All(extensions, extension =>
            Assert.Contains(extension!["hintPath"]!.GetValue<string>()["./".Length..], app.Files));
    }

    [Fact]
    public void Worker_is_the_app_and_tells_its_functions_itself()
    {
        var worker = Read("worker.config.json")["description"]!;
        Assert.Equal("dotnet-isolated", worker["language"]!.GetValue<string>());
        Assert.Equal("DpSynth.Functions.dll", worker["defaultWorkerPath"]!.GetValue<string>());
        Assert.Equal("true", worker["workerIndexing"]!.GetValue<string>());

        // The other tests look at the assembly that was built.
        Assert.Equal(File.ReadAllBytes(typeof(FunctionApp).Assembly.Location), File.ReadAllBytes(app.PathOf("DpSynth.Functions.dll")));
    }

    [Fact]
    public void Every_function_is_listed_with_its_trigger()
    {
        var listed = Read("functions.metadata").AsArray().Select(function => new DeclaredFunction(
            function!["name"]!.GetValue<string>(),
            function["entryPoint"]!.GetValue<string>(),
            Assert.Single(function["bindings"]!.AsArray().Select(binding => binding!["type"]!.GetValue<string>()), DeclaredFunction.IsTrigger)));
        Assert.Equal(DeclaredFunction.OfTheApp(), listed.OrderBy(function => function.Name, StringComparer.Ordinal));
    }

    private JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(app.PathOf(file)))!;
}
