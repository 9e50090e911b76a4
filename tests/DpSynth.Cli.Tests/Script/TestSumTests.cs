using DpSynth.TestResults;

namespace DpSynth.Cli.Tests.Script;

/// <summary>The last line of <c>./dpsynth test</c>.</summary>
public sealed class TestSumTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dpsynth-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Sum_is_over_all_projects_and_names_skipped_tests_only_where_there_are_some()
    {
        Write("A", total: 5, passed: 5, failed: 0);
        Write("B", total: 4, passed: 2, failed: 1);

        Assert.Equal("5 passed, 0 failed", Sum(("A", 0)).ToString());
        Assert.Equal("7 passed, 1 failed, 1 skipped", Sum(("A", 0), ("B", 1)).ToString());
        Assert.True(Sum(("A", 0)).IsGood);
        Assert.False(Sum(("A", 0), ("B", 1)).IsGood);
    }

    [Fact]
    public void Host_that_dies_without_a_failed_test_counts_as_a_failure()
    {
        Write("A", total: 5, passed: 5, failed: 0);

        var sum = Sum(("A", 1));

        Assert.Equal(["A"], sum.Broken);
        Assert.Equal("5 passed, 1 failed", sum.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Results_that_are_cut_off_empty_or_missing_count_as_a_failure_each(int exitCode)
    {
        Write("Good", total: 5, passed: 5, failed: 0);
        var text = Write("CutOff", total: 5, passed: 4, failed: 1);
        File.WriteAllText(PathOf("CutOff"), text[..^10]);
        File.WriteAllText(PathOf("Empty"), "");
        File.WriteAllText(PathOf("Other"), "<TestRun />");

        var sum = Sum(("Good", 0), ("CutOff", exitCode), ("Empty", exitCode), ("Missing", exitCode), ("Other", exitCode));

        Assert.Equal(["CutOff", "Empty", "Missing", "Other"], sum.Broken);
        Assert.Equal("5 passed, 4 failed", sum.ToString());
    }

    [Fact]
    public void Output_of_tests_is_not_taken_for_results()
    {
        Write(
            "A",
            total: 1,
            passed: 1,
            failed: 0,
            "&lt;Counters total=\"9\" passed=\"0\" failed=\"9\" /&gt; &#x1;<![CDATA[<Counters total=\"8\" failed=\"8\" />]]>");

        Assert.Equal("1 passed, 0 failed", Sum(("A", 0)).ToString());
    }

    [Fact]
    public void No_test_at_all_is_not_good()
    {
        Write("A", total: 0, passed: 0, failed: 0);

        Assert.Equal("0 passed, 0 failed", Sum(("A", 0)).ToString());
        Assert.False(Sum(("A", 0)).IsGood);
    }

    private TestSum Sum(params (string Name, int ExitCode)[] projects) => TestSum.Of(_folder.FullName, projects);

    private string PathOf(string project) => Path.Combine(_folder.FullName, $"{project}.trx");

    private string Write(string project, int total, int passed, int failed, string output = "")
    {
        var text = $"""
            <?xml version="1.0" encoding="utf-8"?>
            <TestRun id="0" name="run" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
              <Results><UnitTestResult testName="one"><Output><StdOut>{output}</StdOut></Output></UnitTestResult></Results>
              <ResultSummary outcome="Completed">
                <Counters total="{total}" executed="{passed + failed}" passed="{passed}" failed="{failed}" error="0" />
              </ResultSummary>
            </TestRun>
            """;
        File.WriteAllText(PathOf(project), text);
        return text;
    }
}
