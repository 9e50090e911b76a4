using DpSynth.Catalogue;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Demo;
using DpSynth.Cli.Demo.Mnist;

namespace DpSynth.Cli.Tests.Demo;

public sealed class SampleTests
{
    private static readonly Surroundings _surroundings = Surroundings.OfProcess();

    public static TheoryData<string> Samples =>
        [.. Directory.EnumerateFiles(Path.Combine(_surroundings.Home, "samples"), "*.json").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_is_a_valid_request(string name)
    {
        var request = RequestParts.Reader.Read(File.ReadAllText(Path.Combine(_surroundings.Home, "samples", name)));

        Assert.Contains($"[samples/{name}]", File.ReadAllText(Path.Combine(_surroundings.Home, "docs", "requests.md")), StringComparison.Ordinal);
        Assert.NotEqual("", request.RunId);
    }

    [Fact]
    public void Demo_s_request_is_the_sample_with_its_own_id_and_budget()
    {
        var demo = DemoRequest.Load(
            _surroundings, MnistDemo.Sample, "demo", new DemoOptions(2.5, 7, Keep: false), new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));

        var request = RequestParts.Reader.Read(demo.Json);
        Assert.Equal(("demo-20300102-030405", 2.5, 7UL, "mnist"), (request.RunId, request.Epsilon, request.Seed, request.Dataset));
        Assert.Equal(1 / (60_000 * Math.Log(60_000)), Assert.NotNull(request.Delta), 1e-10);
        Assert.Equal(("mnist", 2.5, request.Delta), (demo.Dataset, demo.Epsilon, demo.Delta));
    }

    [Fact]
    public void Demo_without_its_sample_says_which_file_is_missing()
    {
        var fault = Assert.Throws<CommandException>(
            () => DemoRequest.Load(_surroundings, "absent", "demo", new DemoOptions(1, 0, Keep: false), DateTimeOffset.UnixEpoch));

        Assert.Equal(ExitCode.NotFound, fault.ExitCode);
        Assert.Contains("absent.json", fault.Message, StringComparison.Ordinal);
    }
}
