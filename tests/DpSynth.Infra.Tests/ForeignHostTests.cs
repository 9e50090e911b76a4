namespace DpSynth.Infra.Tests;

/// <summary>What the workflow's run of the end-to-end tests against a host of another kind depends on.</summary>
public class ForeignHostTests
{
    /// <summary>What only a host that the tests started themselves offers.</summary>
    private static readonly string[] _localOnly =
    [
        "TestProcess.StartHostAsync(",
        "host.DurableTask",
        "host.Services",
        "protected override void Override(",
        "protected override IReadOnlyDictionary<string, string?> Settings",
    ];

    [Fact]
    public void Tests_that_need_the_local_host_are_marked_as_such()
    {
        var tests = Repository.File("tests/DpSynth.EndToEnd.Tests");
        var unmarked =
            from file in Directory.EnumerateFiles(tests, "*Tests.cs", SearchOption.AllDirectories)
            let text = File.ReadAllText(file)
            where _localOnly.Any(text.Contains) && !text.Contains("[Trait(\"host\", \"local\")]", StringComparison.Ordinal)
            select Path.GetFileName(file);
        Assert.Empty(unmarked);
    }
}
