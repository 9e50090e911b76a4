using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using DpSynth.Infra.Tests.Deployments;
using DpSynth.Models.Sessions;
using DpSynth.Storage.Models;
using DpSynth.Worker;
using DpSynth.Worker.Health;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Infra.Tests;

/// <summary>The worker's two images as their Dockerfiles describe them; they are read here, not built.</summary>
public class ContainerTests
{
    private const string Gpu = "Dockerfile";
    private const string Cpu = "Dockerfile.cpu";

    public static TheoryData<string> Both { get; } = [Gpu, Cpu];

    [Theory]
    [MemberData(nameof(Both))]
    public void Everything_copied_from_the_repository_is_there_and_in_the_build_context(string file)
    {
        string[] admitted =
        [
            .. File.ReadAllLines(Repository.File(".dockerignore")).Where(line => line.StartsWith('!')).Select(
                line => line[1..].Replace("/**", "", StringComparison.Ordinal)),
        ];
        var sources =
            Instructions(file, "COPY").Where(words => !words[0].StartsWith("--from", StringComparison.Ordinal)).SelectMany(words => words[..^1]).ToArray();
        Assert.NotEmpty(sources);
        Assert.All(sources.Where(source => source != "."), source =>
        {
            Assert.True(Path.Exists(Repository.File(source)), source);
            Assert.Contains(source, admitted);
        });

        // What the build reads, by way of "COPY . .".
        string[] read =
        [
            "src",
            "eng/assets/package.json",
            "Directory.Build.props",
            "Directory.Build.targets",
            "Directory.Packages.props",
            "LICENSE",
            "global.json",
            "nuget.config",
        ];
        Assert.All(read, path => Assert.Contains(path, admitted));
    }

    [Fact]
    public void Native_library_is_published_without_those_for_windows()
    {
        var reference = XDocument.Load(Repository.File("Directory.Build.targets")).Descendants("PackageReference")
            .Single(item => item.Attribute("Include")!.Value == "$(OnnxRuntimeNative)");

        // Private to the program that is run, and what is private is left out of what is published unless it says otherwise.
        Assert.Equal(("all", "true"), (reference.Attribute("PrivateAssets")?.Value, reference.Attribute("Publish")?.Value));
        Assert.Contains("build", reference.Attribute("ExcludeAssets")!.Value.Split(';'));
        Assert.All([Gpu, Cpu], file => Assert.All(
            Lines(file).Where(line => line.StartsWith("RUN dotnet ", StringComparison.Ordinal)),
            line => Assert.Contains("--runtime linux-x64 ", line, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Last_stage_runs_as_a_user_without_rights(string file)
    {
        var user = Assert.Single(Assert.Single(Last(file, "USER")));
        Assert.All(user.Split(':'), id => Assert.True(int.Parse(id, CultureInfo.InvariantCulture) > 1000));
        var lines = Lines(file);
        Assert.True(
            Array.FindIndex(lines, line => line.StartsWith("USER ", StringComparison.Ordinal))
                < Array.FindIndex(lines, line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal)));
        Assert.Contains(
            lines,
            line => line.Contains(
                $"install -d -o {user.Replace(":", " -g ", StringComparison.Ordinal)} {Environment(file)["Models__Cache"]}", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Nothing_that_builds_is_in_the_last_stage(string file)
    {
        var stages = Instructions(file, "FROM").ToArray();
        Assert.True(stages.Length >= 3);
        Assert.DoesNotContain("sdk", stages[^1][0], StringComparison.Ordinal);
        Assert.All(Last(file, "COPY"), words => Assert.StartsWith("--from=", words[0], StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Image_answers_the_probes_on_the_port_that_it_exposes(string file)
    {
        var options = Options(file);
        Assert.True(options.IsValid);
        Assert.False(options.HealthOnLoopback);
        Assert.Equal($"{options.HealthPort}", Assert.Single(Assert.Single(Last(file, "EXPOSE"))));
        var check = string.Join(' ', Assert.Single(Last(file, "HEALTHCHECK")));
        Assert.Contains($"\"{typeof(GenerationWorkerOptions).Assembly.GetName().Name}.dll\", \"{HealthProbe.Argument}\"", check, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Gpu, ExecutionProvider.Cuda, "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData(Cpu, ExecutionProvider.Cpu, "Microsoft.ML.OnnxRuntime")]
    public void Image_has_the_native_library_of_the_provider_it_is_set_to(string file, ExecutionProvider provider, string package)
    {
        Assert.Equal($"ONNX_RUNTIME={package}", Assert.Single(Assert.Single(Instructions(file, "ARG"))));
        Assert.Equal(provider.ToString(), Environment(file).GetValueOrDefault("Models__Provider", nameof(ExecutionProvider.Cpu)));
        Assert.Equal(
            Environment(file)["Models__Cache"], Configuration(file).GetSection(ModelStoreOptions.SectionName).Get<ModelStoreOptions>()!.CacheDirectory);
    }

    [Theory]
    [InlineData(Gpu, "packages.gpu.lock.json", "Microsoft.ML.OnnxRuntime.Gpu.Linux")]
    [InlineData(Cpu, "packages.lock.json", "Microsoft.ML.OnnxRuntime")]
    public void Image_restores_what_its_lock_file_names(string file, string locked, string package)
    {
        var run = Lines(file).Where(line => line.StartsWith("RUN ", StringComparison.Ordinal)).ToArray();
        Assert.Contains(" --locked-mode ", Assert.Single(run, line => line.Contains("dotnet restore", StringComparison.Ordinal)), StringComparison.Ordinal);

        // The stage that restores has no other files than these.
        Assert.Contains(
            "! -name 'packages*.lock.json'", Assert.Single(run, line => line.Contains(" -delete", StringComparison.Ordinal)), StringComparison.Ordinal);
        var packages = JsonNode.Parse(File.ReadAllText(Repository.File($"src/DpSynth.Worker/{locked}")))!["dependencies"]!["net10.0/linux-x64"]!;
        Assert.NotNull(packages[package]);
    }

    [Fact]
    public void Both_images_are_built_in_the_same_way()
    {
        Assert.Equal(BuildStages(Gpu).Replace("OnnxRuntime.Gpu", "OnnxRuntime", StringComparison.Ordinal), BuildStages(Cpu));

        static string BuildStages(string file)
        {
            var stages = string.Join('\n', Lines(file).SkipWhile(line => !line.StartsWith("FROM ", StringComparison.Ordinal)));
            return stages[..stages.IndexOf("FROM mcr.microsoft.com/dotnet/aspnet", StringComparison.Ordinal)];
        }
    }

    [Fact]
    public void Platform_probes_what_the_image_answers()
    {
        var container = Assert.Single(Worker().At("properties.template.containers")!.AsArray())!;
        var port = Options(Gpu).HealthPort;
        Assert.Equal(
            [("Liveness", HealthServer.LivePath, port), ("Readiness", HealthServer.ReadyPath, port)],
            container["probes"]!.AsArray().Select(probe =>
                (probe!["type"]!.GetValue<string>(), probe["httpGet"]!["path"]!.GetValue<string>(), (int?)probe["httpGet"]!["port"]!.GetValue<int>())));
    }

    [Fact]
    public void Worker_has_stopped_before_the_platform_kills_it()
    {
        var options = Options(Gpu);
        Assert.True(options.ShutdownTimeout < TimeSpan.FromSeconds((int)Worker().Value("properties.template.terminationGracePeriodSeconds")!));
        Assert.True(options.DrainTimeout < options.ShutdownTimeout);
    }

    private static DeployedResource Worker() => Deployment.Standard.Single("Microsoft.App/containerApps");

    private static GenerationWorkerOptions Options(string file) =>
        Configuration(file).GetSection(GenerationWorkerOptions.SectionName).Get<GenerationWorkerOptions>()!;

    private static IConfiguration Configuration(string file) => new ConfigurationBuilder()
        .AddInMemoryCollection(
            Environment(file).Select(pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build();

    private static Dictionary<string, string> Environment(string file) => Instructions(file, "ENV").SelectMany(words => words)
        .ToDictionary(word => word.Split('=')[0], word => word.Split('=')[1], StringComparer.Ordinal);

    private static IEnumerable<string[]> Last(string file, string instruction) =>
        Parse(Lines(file).Skip(Array.FindLastIndex(Lines(file), line => line.StartsWith("FROM ", StringComparison.Ordinal))), instruction);

    private static IEnumerable<string[]> Instructions(string file, string instruction) => Parse(Lines(file), instruction);

    private static IEnumerable<string[]> Parse(IEnumerable<string> lines, string instruction) =>
        lines.Where(line => line.StartsWith($"{instruction} ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]);

    /// <summary>One instruction a line, without comments.</summary>
    private static string[] Lines(string file) =>
    [
        .. File.ReadAllText(Repository.File($"src/DpSynth.Worker/{file}")).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n').Where(
            line => line.Length > 0 && line[0] != '#'),
    ];
}
