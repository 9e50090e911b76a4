using System.Text.Json.Nodes;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

/// <summary>What verification says of what does not hold, in its own words: it is all that whoever was given a forged release has to go by.</summary>
public sealed class ReleaseMismatchTests
{
    [Fact]
    public void Field_that_does_not_hold_is_shown_as_it_is_and_as_it_should_be()
    {
        var statement = JsonNode.Parse(SampleRelease.Documents.Statement)!.AsObject();
        statement.Remove("formatVersion");
        statement["releases"]![1]!["event"]!.AsObject().Remove("count");
        statement["releases"]![2]!["sigma"] = 2;
        statement["otherAdjacency"]!["curve"]!.AsArray().RemoveAt(4);

        var found = Mismatches(SampleRelease.Documents with { Statement = statement.ToJsonString() });

        Assert.Contains("privacy.json formatVersion is missing", found);
        Assert.Contains("privacy.json releases[1].event.count is missing", found);
        Assert.Contains("privacy.json releases[2].sigma is 2; computed again it is 2.8284271247461903", found);
        Assert.Contains(found, one => one.StartsWith("privacy.json otherAdjacency.curve is [{", StringComparison.Ordinal));
    }

    [Fact]
    public void Field_that_is_null_where_there_is_none_does_not_belong_there()
    {
        var honest = SampleRelease.Of(PrivacyStatement.Of(SampleRelease.Facts with { OwnersFrom = null }));
        var statement = JsonNode.Parse(honest.Statement)!.AsObject();
        statement["ownersFrom"] = null;

        Assert.Empty(Mismatches(honest));
        Assert.Equal(["privacy.json ownersFrom does not belong there"], Mismatches(honest with { Statement = statement.ToJsonString() }));
    }

    [Fact]
    public void Long_texts_are_shown_to_their_eightieth_letter()
    {
        var statement = JsonNode.Parse(SampleRelease.Documents.Statement)!;
        statement["notCovered"]![1] = new string('x', 78);
        statement["notCovered"]![2] = new string('y', 79);

        var found = Mismatches(SampleRelease.Documents with { Statement = statement.ToJsonString() });

        const string Second = "\"The stated ε is about presence; for exchanging one contribution for another, th";
        Assert.Contains($"privacy.json notCovered[1] is \"{new string('x', 78)}\"; computed again it is {Second[..79]}…", found);
        Assert.Contains(found, one => one.StartsWith($"privacy.json notCovered[2] is \"{new string('y', 78)}…; computed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("x", "privacy.json  cannot be read: 'x' is an invalid start of a value.")]
    [InlineData("null", "privacy.json  cannot be read: The statement is null.")]
    [InlineData("{\"runId\": \"a\", \"runId\": \"a\"}", "privacy.json  cannot be read: Duplicate property 'runId'")]
    [InlineData("{\"epsilon\": [1]}", "privacy.json epsilon cannot be read: The JSON value could not be converted to")]
    public void Statement_that_cannot_be_read_is_the_only_mismatch_and_says_where(string statement, string expected)
    {
        var verdict = ReleaseVerification.Verify(SampleRelease.Documents with { Statement = statement });

        Assert.Null(verdict.Statement);
        Assert.StartsWith(expected, Assert.Single(Mismatches(SampleRelease.Documents with { Statement = statement })), StringComparison.Ordinal);
    }

    [Fact]
    public void Releases_that_cannot_be_added_up_or_cost_more_than_was_asked_for_are_named()
    {
        var dearer = SampleRelease.Statement with { RequestedEpsilon = 1 };
        var twice = SampleRelease.Statement with { Measurements = [SampleRelease.Statement.Measurements[0], SampleRelease.Statement.Measurements[0]] };

        Assert.Contains(
            Mismatches(SampleRelease.Of(dearer)),
            one => one.StartsWith("privacy.json requestedEpsilon The measurements cost ε = ", StringComparison.Ordinal));
        Assert.Contains(
            Mismatches(SampleRelease.Of(twice)),
            one => one.StartsWith("privacy.json releases cannot be added up: Two measurements have the same key.", StringComparison.Ordinal));
    }

    [Fact]
    public void Entry_that_is_none_or_stands_twice_is_named()
    {
        var releases = SampleRelease.Statement.Measurements;
        var hash = releases[0].LedgerEntry;
        var statement = SampleRelease.Statement with
        {
            Measurements =
            [
                releases[0],
                releases[1] with { LedgerEntry = hash[1..] },
                releases[2] with { LedgerEntry = hash.ToUpperInvariant() },
                releases[3] with { LedgerEntry = hash },
            ],
        };

        var found = Mismatches(SampleRelease.Of(statement));

        Assert.Equal(
            [
                "privacy.json releases[1].ledgerEntry is not the SHA-256 of an entry, 64 hexadecimal digits in lower case",
                "privacy.json releases[2].ledgerEntry is not the SHA-256 of an entry, 64 hexadecimal digits in lower case",
                "privacy.json releases[3].ledgerEntry stands for another measurement already",
            ],
            found);
        Assert.Equal(
            [.. Enumerable.Range(0, 4).Select(i => $"privacy.json releases[{i}].ledgerEntry is not among the ledger's spends")],
            Mismatches(SampleRelease.Documents, new Dictionary<string, LedgerSpend>()));
    }

    [Theory]
    [InlineData("", "line 1 reads ''; by privacy.json it should read '# Privacy of run birds-1'")]
    [InlineData("# Privacy of run birds-1\n", "line 3 reads 'the end'; by privacy.json it should read 'The images in this release are synthetic.")]
    public void First_line_of_the_markdown_that_differs_is_shown(string markdown, string expected) =>
        Assert.StartsWith(
            $"PRIVACY.md {expected}", Assert.Single(Mismatches(SampleRelease.Documents with { Markdown = markdown })), StringComparison.Ordinal);

    [Fact]
    public void Release_of_a_method_without_iterations_holds_without_a_list_of_them_and_not_with_one()
    {
        var release = SampleRelease.Facts.Measurements[0] with { Key = "mean" };
        var documents = SampleRelease.Of(PrivacyStatement.Of(SampleRelease.Facts with { Measurements = [release] }));
        const string Manifest = "{\"runId\": \"birds-1\", \"dataset\": \"birds\"}";

        Assert.Empty(Mismatches(documents with { Manifest = Manifest }));
        Assert.Empty(Mismatches(documents with { Manifest = Manifest.Replace("}", ", \"iterations\": []}", StringComparison.Ordinal) }));
        Assert.Equal(
            ["manifest.json iterations should list the 0 iterations that privacy.json has"],
            Mismatches(documents with { Manifest = Manifest.Replace("}", ", \"iterations\": [1]}", StringComparison.Ordinal) }));
    }

    [Fact]
    public void Markdown_that_goes_on_is_shown()
    {
        var markdown = SampleRelease.Documents.Markdown;
        var lines = markdown.Split('\n').Length;

        Assert.Equal(
            [$"PRIVACY.md line {lines + 1} reads 'the end'; by privacy.json it should read 'the end'"],
            Mismatches(SampleRelease.Documents with { Markdown = markdown + "\nthe end" }));
    }

    [Theory]
    [InlineData("x", "", "cannot be read: 'x' is an invalid start of a value.")]
    [InlineData("[]", "runId", "is missing; by privacy.json it is \"birds-1\"")]
    [InlineData("{\"runId\": 7}", "runId", "is 7; by privacy.json it is \"birds-1\"")]
    [InlineData("{\"dataset\": \"dogs\"}", "dataset", "is \"dogs\"; by privacy.json it is \"birds\"")]
    [InlineData("{\"iterations\": [1, 2]}", "iterations", "should list the 3 iterations that privacy.json has")]
    [InlineData("{\"iterations\": [{\"iteration\": 1.5}, 2, 3]}", "iterations[0].iteration", "is 1.5; by privacy.json it is iteration-001")]
    [InlineData("{\"iterations\": [{\"iteration\": 2}, 2, 3]}", "iterations[0].iteration", "is 2; by privacy.json it is iteration-001")]
    [InlineData("{\"iterations\": [1, 2, {}]}", "iterations[2].iteration", "is missing; by privacy.json it is iteration-003")]
    [InlineData("{\"iterations\": [{\"noiseMultiplier\": 1}, 2, 3]}", "iterations[0].noiseMultiplier", "is 1; by privacy.json σ is 2 votes")]
    [InlineData("{\"iterations\": [{\"noiseMultiplier\": \"2\"}, 2, 3]}", "iterations[0].noiseMultiplier", "is \"2\"; by privacy.json σ is 2 votes")]
    public void Manifest_that_says_something_else_is_shown(string manifest, string field, string problem) => Assert.Contains(
        new ReleaseMismatch("manifest.json", field, problem), ReleaseVerification.Verify(SampleRelease.Documents with { Manifest = manifest }).Mismatches
            .Select(one => one with { Problem = one.Problem.Split(" LineNumber")[0] }));

    private static string[] Mismatches(ReleaseDocuments documents, IReadOnlyDictionary<string, LedgerSpend>? spends = null) =>
        [.. ReleaseVerification.Verify(documents, spends).Mismatches.Select(one => $"{one.File} {one.Field} {one.Problem}")];
}
