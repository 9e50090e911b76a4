using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

public sealed class ReleaseVerificationTests
{
    public static TheoryData<string> StatementFields => [.. Leaves(JsonNode.Parse(SampleRelease.Documents.Statement)!, "")];

    public static TheoryData<string> ManifestFields => [.. Leaves(JsonNode.Parse(SampleRelease.Documents.Manifest)!, "")];

    [Fact]
    public void Honest_release_holds()
    {
        Assert.Empty(ReleaseVerification.Verify(SampleRelease.Documents).Mismatches);
    }

    [Theory]
    [MemberData(nameof(StatementFields))]
    public void Any_field_of_the_statement_that_is_changed_or_missing_is_found(string field)
    {
        foreach (var statement in Mutations(SampleRelease.Documents.Statement, field))
        {
            AssertFound(SampleRelease.Documents with { Statement = statement });
        }
    }

    [Theory]
    [MemberData(nameof(ManifestFields))]
    public void Any_field_of_the_manifest_that_is_changed_or_missing_is_named(string field)
    {
        foreach (var manifest in Mutations(SampleRelease.Documents.Manifest, field))
        {
            var found = AssertFound(SampleRelease.Documents with { Manifest = manifest });
            Assert.Contains(found, mismatch => (mismatch.File, mismatch.Field) == ("manifest.json", field));
        }
    }

    [Theory]
    [InlineData("epsilon")]
    [InlineData("interval.lower")]
    [InlineData("curve[4].epsilon")]
    [InlineData("otherAdjacency.curve[0].delta")]
    [InlineData("releases[2].sigma")]
    [InlineData("notCovered[1]")]
    public void Figure_that_does_not_follow_from_the_events_is_named(string field)
    {
        foreach (var statement in Mutations(SampleRelease.Documents.Statement, field).SkipLast(1))
        {
            var found = AssertFound(SampleRelease.Documents with { Statement = statement });
            Assert.Contains(found, mismatch => (mismatch.File, mismatch.Field) == ("privacy.json", field));
        }
    }

    [Fact]
    public void Smaller_epsilon_is_found_even_where_both_files_agree()
    {
        var statement = SampleRelease.Statement with { Epsilon = SampleRelease.Statement.Epsilon * 0.999 };

        Assert.Equal("epsilon", Assert.Single(AssertFound(SampleRelease.Of(statement))).Field);
    }

    [Fact]
    public void Release_left_out_is_found()
    {
        var shorter = PrivacyStatement.Of(SampleRelease.Facts with { Measurements = [.. SampleRelease.Facts.Measurements.SkipLast(1)] });
        var documents = SampleRelease.Of(shorter) with { Manifest = SampleRelease.Documents.Manifest };

        Assert.Equal("iterations", Assert.Single(AssertFound(documents)).Field);
    }

    [Fact]
    public void Field_that_does_not_belong_there_is_found()
    {
        var statement = JsonNode.Parse(SampleRelease.Documents.Statement)!.AsObject();
        statement["comment"] = "";

        AssertFound(SampleRelease.Documents with { Statement = statement.ToJsonString() });
    }

    [Fact]
    public void Any_changed_letter_of_the_markdown_is_found()
    {
        var markdown = SampleRelease.Documents.Markdown;
        var edited =
            Gen.Choose(0, markdown.Length - 1).SelectMany(at => Gen.Elements("", "7", "x", "\n").Select(with => markdown[..at] + with + markdown[(at + 1)..]))
            .Where(text => text != markdown);

        Prop.ForAll(edited.ToArbitrary(), text => ReleaseVerification.Verify(SampleRelease.Documents with { Markdown = text })
            .Mismatches.Any(mismatch => mismatch.File == "PRIVACY.md" && mismatch.Field.StartsWith("line ", StringComparison.Ordinal)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void Line_ends_of_another_system_are_no_change()
    {
        var markdown = SampleRelease.Documents.Markdown.ReplaceLineEndings("\r\n");

        Assert.True(ReleaseVerification.Verify(SampleRelease.Documents with { Markdown = markdown }).Holds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"formatVersion\": 99}")]
    public void Document_that_is_no_statement_is_a_mismatch_and_no_crash(string rubbish)
    {
        AssertFound(SampleRelease.Documents with { Statement = rubbish });
        AssertFound(SampleRelease.Documents with { Manifest = rubbish });
        AssertFound(SampleRelease.Documents with { Markdown = rubbish });
    }

    [Fact]
    public void Format_of_another_version_is_named()
    {
        var documents = SampleRelease.Of(SampleRelease.Statement with { FormatVersion = 99 });

        Assert.Equal("formatVersion", Assert.Single(AssertFound(documents)).Field);
    }

    [Fact]
    public void Entries_are_looked_up_among_the_spends_of_an_exported_ledger()
    {
        List<string> lines = [.. SampleRelease.Facts.Measurements.Select(measurement => $$"""{"kind":"spend","hash":"{{measurement.LedgerEntry}}"}""")];
        Assert.True(
            ReleaseVerification.Verify(SampleRelease.Documents, LedgerWitness.ReadSpends([.. lines, """{"head":{"hash":"00","sequence":4}}""", ""])).Holds);

        lines[2] = lines[2].Replace("spend", "reserve", StringComparison.Ordinal);
        var mismatch = Assert.Single(ReleaseVerification.Verify(SampleRelease.Documents, LedgerWitness.ReadSpends(lines)).Mismatches);
        Assert.Equal("releases[2].ledgerEntry", mismatch.Field);
    }

    [Fact]
    public void Measurement_that_the_ledger_has_and_the_statement_leaves_out_is_found()
    {
        List<string> lines =
        [
            .. SampleRelease.Facts.Measurements.Select(measurement => JsonSerializer.Serialize(
                new { kind = "spend", run = SampleRelease.Facts.RunId, key = measurement.Key, @event = measurement.Event, hash = measurement.LedgerEntry },
                PrivacyJson.Options)),
        ];
        var first = SampleRelease.Facts.Measurements[0].Key;
        var shorter = SampleRelease.Of(PrivacyStatement.Of(SampleRelease.Facts with { Measurements = [.. SampleRelease.Facts.Measurements.Skip(1)] }));
        Assert.DoesNotContain(ReleaseVerification.Verify(shorter).Mismatches, mismatch => mismatch.Field == "releases");

        var mismatch = Assert.Single(
            ReleaseVerification.Verify(shorter, LedgerWitness.ReadSpends(lines)).Mismatches, mismatch => mismatch.Field == "releases");
        Assert.StartsWith($"leaves out '{first}'", mismatch.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run", "another")]
    [InlineData("key", "iteration-002")]
    [InlineData("event", "{\"mechanism\":\"gaussian\",\"noiseMultiplier\":3}")]
    public void Entry_that_spent_something_else_is_no_witness(string member, string value)
    {
        List<string> lines =
        [
            .. SampleRelease.Facts.Measurements.Select(measurement => JsonSerializer.Serialize(
                new { kind = "spend", run = SampleRelease.Facts.RunId, key = measurement.Key, @event = measurement.Event, hash = measurement.LedgerEntry },
                PrivacyJson.Options)),
        ];
        Assert.True(ReleaseVerification.Verify(SampleRelease.Documents, LedgerWitness.ReadSpends(lines)).Holds);

        var entry = JsonNode.Parse(lines[1])!;
        entry[member] = value.StartsWith('{') ? JsonNode.Parse(value) : value;
        lines[1] = entry.ToJsonString();
        var mismatch = ReleaseVerification.Verify(SampleRelease.Documents, LedgerWitness.ReadSpends(lines)).Mismatches[0];
        Assert.Equal("releases[1].ledgerEntry", mismatch.Field);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"spend\"}")]
    [InlineData("{\"kind\":1,\"hash\":\"\"}")]
    public void Ledger_line_that_is_no_entry_is_named(string line)
    {
        var fault =
            Assert.Throws<FormatException>(() => LedgerWitness.ReadSpends([$$"""{"kind":"cap","hash":"{{SampleRelease.Hash("c")}}"}""", line]));

        Assert.Contains("Line 2", fault.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<ReleaseMismatch> AssertFound(ReleaseDocuments documents)
    {
        var verdict = ReleaseVerification.Verify(documents);
        Assert.False(verdict.Holds);
        return verdict.Mismatches;
    }

    private static IEnumerable<string> Leaves(JsonNode node, string path) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Leaves(field.Value!, path.Length == 0 ? field.Key : $"{path}.{field.Key}")),
        JsonArray items => items.SelectMany((item, index) => Leaves(item!, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]"))),
        _ => [path],
    };

    /// <summary>The document with other values in one field; last, without it.</summary>
    private static IEnumerable<string> Mutations(string document, string field)
    {
        var original = Find(JsonNode.Parse(document)!, field);
        IEnumerable<JsonNode> values = original.GetValueKind() == JsonValueKind.Number
            ? [JsonValue.Create(original.GetValue<double>() + 1), JsonValue.Create(original.GetValue<double>() * 1.000001)]
            : [JsonValue.Create(original.GetValue<string>() + "x"), .. Others(original.GetValue<string>())];
        foreach (var value in values)
        {
            var root = JsonNode.Parse(document)!;
            Find(root, field).ReplaceWith(value);
            yield return root.ToJsonString();
        }

        var shortened = JsonNode.Parse(document)!;
        var leaf = Find(shortened, field);
        if (leaf.Parent is JsonObject parent)
        {
            parent.Remove(leaf.GetPropertyName());
        }
        else
        {
            leaf.Parent!.AsArray().RemoveAt(leaf.GetElementIndex());
        }

        yield return shortened.ToJsonString();
    }

    /// <summary>Other values that a field could have.</summary>
    private static IEnumerable<JsonNode> Others(string value) => new string[][]
    {
        ["add-remove", "replace-one"], ["image", "owner"], ["request", "declared-size", "noisy-size"], ["one-coordinate", "vector"], ["gdp", "pld", "rdp"],
    }.Where(words => words.Contains(value)).SelectMany(words => words).Where(word => word != value).Select(word => (JsonNode)JsonValue.Create(word));

    private static JsonNode Find(JsonNode root, string field)
    {
        var node = root;
        foreach (var step in field.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            node = node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!;
        }

        return node;
    }
}
