using System.Globalization;
using System.Text.Json;

namespace DpSynth.Privacy.Statements;

/// <summary>
/// Checks a release's statement without trusting it: everything in <c>privacy.json</c> that follows from the run's facts is computed
/// again from the events, <c>PRIVACY.md</c> is rendered again, and the manifest is compared with both.
/// </summary>
public static class ReleaseVerification
{
    /// <summary>Computed figures may differ by this much, relatively: processors and libraries round differently.</summary>
    public const double Tolerance = 1e-9;

    /// <summary>Name of the manifest in a release.</summary>
    public const string ManifestFileName = "manifest.json";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Verifies a release.</summary>
    /// <param name="documents">Its documents.</param>
    /// <param name="spends">The spends on the dataset's ledger (<see cref="LedgerWitness"/>); null if the ledger is not at hand.</param>
    /// <returns>Everything that does not hold. Whatever the documents say, nothing is thrown.</returns>
    public static ReleaseVerdict Verify(ReleaseDocuments documents, IReadOnlyDictionary<string, LedgerSpend>? spends = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        PrivacyStatement statement;
        JsonElement stated;
        try
        {
            stated = JsonDocument.Parse(documents.Statement, Strict).RootElement;
            statement = JsonSerializer.Deserialize<PrivacyStatement>(documents.Statement, PrivacyJson.Options)
                ?? throw new JsonException("The statement is null.");
        }
        catch (Exception fault) when (fault is JsonException or ArgumentException or NotSupportedException)
        {
            var field = (fault as JsonException)?.Path ?? "";
            return new ReleaseVerdict(null, [new ReleaseMismatch(PrivacyStatement.FileName, field.TrimStart('$', '.'), $"cannot be read: {FirstLine(fault)}")]);
        }

        List<ReleaseMismatch> mismatches = [];
        if (statement.FormatVersion != PrivacyStatement.CurrentFormatVersion)
        {
            mismatches.Add(new ReleaseMismatch(
                PrivacyStatement.FileName,
                "formatVersion",
                $"is {statement.FormatVersion}; this program checks format {PrivacyStatement.CurrentFormatVersion} only"));
            return new ReleaseVerdict(statement, mismatches);
        }

        CheckFigures(statement, stated, mismatches);
        CheckEntries(statement, spends, mismatches);
        CheckMarkdown(statement, documents.Markdown, mismatches);
        CheckManifest(statement, documents.Manifest, mismatches);
        return new ReleaseVerdict(statement, mismatches);
    }

    private static void CheckFigures(PrivacyStatement statement, JsonElement stated, List<ReleaseMismatch> mismatches)
    {
        try
        {
            var computed = JsonSerializer.SerializeToElement(PrivacyStatement.Of(statement.Facts()), PrivacyJson.Options);
            Compare("", computed, stated, mismatches);
        }
        catch (InvalidOperationException exceeded)
        {
            mismatches.Add(new ReleaseMismatch(PrivacyStatement.FileName, "requestedEpsilon", exceeded.Message));
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            mismatches.Add(new ReleaseMismatch(PrivacyStatement.FileName, "releases", $"cannot be added up: {FirstLine(fault)}"));
        }
    }

    /// <summary>Walks both trees; the computed one says what there must be.</summary>
    private static void Compare(string path, JsonElement computed, JsonElement stated, List<ReleaseMismatch> mismatches)
    {
        if (computed.ValueKind == JsonValueKind.Object && stated.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in computed.EnumerateObject())
            {
                var inner = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
                if (stated.TryGetProperty(property.Name, out var value))
                {
                    Compare(inner, property.Value, value, mismatches);
                }
                else
                {
                    mismatches.Add(new ReleaseMismatch(PrivacyStatement.FileName, inner, "is missing"));
                }
            }

            foreach (var property in stated.EnumerateObject().Where(property => !computed.TryGetProperty(property.Name, out _)))
            {
                mismatches.Add(new ReleaseMismatch(PrivacyStatement.FileName, $"{path}.{property.Name}".TrimStart('.'), "does not belong there"));
            }
        }
        else if (computed.ValueKind == JsonValueKind.Array && stated.ValueKind == JsonValueKind.Array && computed.GetArrayLength() == stated.GetArrayLength())
        {
            for (var i = 0; i < computed.GetArrayLength(); i++)
            {
                Compare(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), computed[i], stated[i], mismatches);
            }
        }
        else if (!Same(computed, stated))
        {
            mismatches.Add(new ReleaseMismatch(PrivacyStatement.FileName, path, $"is {Shown(stated)}; computed again it is {Shown(computed)}"));
        }
    }

    private static bool Same(JsonElement computed, JsonElement stated) =>
        computed.ValueKind == stated.ValueKind
        && (computed.ValueKind == JsonValueKind.Number
            ? Near(computed.GetDouble(), stated.GetDouble())
            : JsonElement.DeepEquals(computed, stated));

    private static void CheckEntries(PrivacyStatement statement, IReadOnlyDictionary<string, LedgerSpend>? spends, List<ReleaseMismatch> mismatches)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        for (var i = 0; i < statement.Measurements.Count; i++)
        {
            var entry = statement.Measurements[i].LedgerEntry;
            var problem = true switch
            {
                _ when !LedgerWitness.IsHash(entry) => "is not the SHA-256 of an entry, 64 hexadecimal digits in lower case",
                _ when !seen.Add(entry) => "stands for another measurement already",
                _ when spends?.ContainsKey(entry) == false => "is not among the ledger's spends",
                _ when spends?[entry].Covers(statement.RunId, statement.Measurements[i]) == false => "is the spend of another measurement on the ledger",
                _ => null,
            };
            if (problem is not null)
            {
                mismatches.Add(new ReleaseMismatch(
                    PrivacyStatement.FileName, string.Create(CultureInfo.InvariantCulture, $"releases[{i}].ledgerEntry"), problem));
            }
        }

        // A statement that leaves a measurement out would state too small an ε: the ledger's spends of the run and the statement's are the same.
        foreach (var (hash, spend) in (spends ?? new Dictionary<string, LedgerSpend>()).Where(
            spend => spend.Value.Run == statement.RunId && !seen.Contains(spend.Key)))
        {
            mismatches.Add(new ReleaseMismatch(
                PrivacyStatement.FileName, "releases", $"leaves out '{spend.Key}', which the ledger has as entry {hash}"));
        }
    }

    private static void CheckMarkdown(PrivacyStatement statement, string markdown, List<ReleaseMismatch> mismatches)
    {
        var rendered = statement.ToMarkdown().Split('\n');
        var found = markdown.ReplaceLineEndings("\n").Split('\n');
        for (var line = 0; line < Math.Max(rendered.Length, found.Length); line++)
        {
            var expected = line < rendered.Length ? rendered[line] : "the end";
            var present = line < found.Length ? found[line] : "the end";
            if (!string.Equals(expected, present, StringComparison.Ordinal) || (line < rendered.Length) != (line < found.Length))
            {
                mismatches.Add(new ReleaseMismatch(
                    PrivacyStatement.MarkdownFileName,
                    string.Create(CultureInfo.InvariantCulture, $"line {line + 1}"),
                    $"reads '{present}'; by privacy.json it should read '{expected}'"));
                return;
            }
        }
    }

    private static void CheckManifest(PrivacyStatement statement, string manifest, List<ReleaseMismatch> mismatches)
    {
        void Report(string field, string problem) => mismatches.Add(new ReleaseMismatch(ManifestFileName, field, problem));
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(manifest, Strict).RootElement;
        }
        catch (JsonException fault)
        {
            Report("", $"cannot be read: {FirstLine(fault)}");
            return;
        }

        foreach ((var field, var expected) in new[] { ("runId", statement.RunId), ("dataset", statement.Dataset) })
        {
            if (Member(root, field) is not { ValueKind: JsonValueKind.String } text || !text.ValueEquals(expected))
            {
                Report(field, $"is {Shown(Member(root, field))}; by privacy.json it is \"{expected}\"");
            }
        }

        MeasurementCost[] iterations = [.. statement.Measurements.Where(measurement => measurement.Key.StartsWith("iteration-", StringComparison.Ordinal))];
        if (iterations.Length == 0 && Member(root, "iterations") is null)
        {
            // A method without iterations has no list of them.
            return;
        }

        if (Member(root, "iterations") is not { ValueKind: JsonValueKind.Array } listed || listed.GetArrayLength() != iterations.Length)
        {
            Report("iterations", $"should list the {iterations.Length} iterations that privacy.json has");
            return;
        }

        for (var i = 0; i < iterations.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"iterations[{i}]");
            if (!IsNumber(Member(listed[i], "iteration"), out var number) || !double.IsInteger(number)
                || iterations[i].Key != string.Create(CultureInfo.InvariantCulture, $"iteration-{number:000}"))
            {
                Report($"{path}.iteration", $"is {Shown(Member(listed[i], "iteration"))}; by privacy.json it is {iterations[i].Key}");
            }

            if (!IsNumber(Member(listed[i], "noiseMultiplier"), out var sigma) || iterations[i].Sigma is not { } stated || !Near(stated, sigma))
            {
                Report($"{path}.noiseMultiplier", $"is {Shown(Member(listed[i], "noiseMultiplier"))}; by privacy.json σ is {iterations[i].Sigma:R} votes");
            }
        }
    }

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : null;

    private static bool IsNumber(JsonElement? element, out double value)
    {
        value = 0;
        return element is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out value);
    }

    private static bool Near(double expected, double found) => Math.Abs(expected - found) <= Tolerance * Math.Abs(expected);

    private static string Shown(JsonElement? element)
    {
        var text = element?.GetRawText() ?? "missing";
        return text.Length <= 80 ? text : text[..79] + "…";
    }

    private static string FirstLine(Exception fault) => fault.Message.Split('\n')[0].TrimEnd();
}

/// <summary>What a release holds about its privacy.</summary>
/// <param name="Statement">Text of <c>privacy.json</c>.</param>
/// <param name="Markdown">Text of <c>PRIVACY.md</c>.</param>
/// <param name="Manifest">Text of <c>manifest.json</c>.</param>
public sealed record ReleaseDocuments(string Statement, string Markdown, string Manifest);

/// <summary>What verification found.</summary>
/// <param name="Statement">The statement; null if it cannot be read.</param>
/// <param name="Mismatches">What does not hold; empty if everything does.</param>
public sealed record ReleaseVerdict(PrivacyStatement? Statement, IReadOnlyList<ReleaseMismatch> Mismatches)
{
    /// <summary>Whether everything holds.</summary>
    public bool Holds => Mismatches.Count == 0;
}

/// <summary>One thing that does not hold.</summary>
/// <param name="File">The file.</param>
/// <param name="Field">The field's path, such as <c>releases[2].sigma</c>, or the line; empty for the whole file.</param>
/// <param name="Problem">What is wrong with it.</param>
public sealed record ReleaseMismatch(string File, string Field, string Problem);
