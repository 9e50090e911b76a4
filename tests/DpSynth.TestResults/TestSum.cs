namespace DpSynth.TestResults;

/// <summary>What all test projects came to.</summary>
/// <param name="Counts">Their tests; a project without a complete result is one failure more.</param>
/// <param name="Broken">The projects without a complete result.</param>
public sealed record TestSum(TestCounts Counts, IReadOnlyList<string> Broken)
{
    /// <summary>Whether anything passed and nothing failed.</summary>
    public bool IsGood => Counts is { Failed: 0, Passed: > 0 };

    /// <summary>Adds up the results of projects.</summary>
    /// <param name="folder">Where each project has its <c>NAME.trx</c>.</param>
    /// <param name="projects">The projects, and the exit code of each one's run.</param>
    public static TestSum Of(string folder, IEnumerable<(string Name, int ExitCode)> projects)
    {
        var (sum, broken) = (new TestCounts(0, 0, 0), new List<string>());
        foreach (var (name, exitCode) in projects)
        {
            var isRead = TestCounts.TryRead(Path.Combine(folder, $"{name}.trx"), out var counts);
            if (counts is not null)
            {
                sum = new TestCounts(sum.Total + counts.Total, sum.Passed + counts.Passed, sum.Failed + counts.Failed);
            }

            // A test host that dies leaves no failed test behind, or no results at all.
            if (!isRead || (exitCode != 0 && counts!.Failed == 0))
            {
                broken.Add(name);
            }
        }

        return new TestSum(new TestCounts(sum.Total + broken.Count, sum.Passed, sum.Failed + broken.Count), broken);
    }

    /// <inheritdoc/>
    public override string ToString() => Counts.Skipped > 0
        ? $"{Counts.Passed} passed, {Counts.Failed} failed, {Counts.Skipped} skipped"
        : $"{Counts.Passed} passed, {Counts.Failed} failed";
}
