using System.Globalization;
using System.Text;
using System.Text.Json;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Statements;

/// <summary>
/// Writes a statement for people. Every fact of the statement appears in the text, so that the two files of a release cannot be
/// changed apart.
/// </summary>
internal static class StatementMarkdown
{
    private const double FalseAlarms = 0.05;

    internal static string Render(PrivacyStatement statement)
    {
        StringBuilder text = new();
        PlainWords(text, statement);
        Promise(text, statement);
        OtherDeltas(text, statement);
        Measurements(text, statement);
        Sentences(text, "Taken as public", "Nothing was declared public.", statement.DeclaredPublic);
        Sentences(text, "Not covered", "", statement.NotCovered);
        Words(text);
        Verification(text, statement);
        return text.ToString();
    }

    private static void PlainWords(StringBuilder text, PrivacyStatement statement)
    {
        var unit = statement.Unit == PrivacyUnit.Owner ? "owner" : "image";
        var whose = statement.Unit == PrivacyUnit.Owner ? "any one owner, with all their images," : "any one image";
        var change = statement.Adjacency == Adjacency.ReplaceOne ? "was exchanged for another" : "was among the private ones";
        Line(text, $"# Privacy of run {Escape(statement.RunId)}");
        Line(text);
        if (statement.Measurements.Count == 0)
        {
            Line(text, $"The private dataset `{statement.Dataset}` was not looked at: nothing in this release depends on it.");
            return;
        }

        Line(text, $"The images in this release are synthetic. The private dataset `{statement.Dataset}` had a say in them only through counts with random");
        Line(text, $"noise added. That limits how well anybody can tell from this release whether {whose} {change}.");
        Line(text);
        Line(text, $"How well at most? Somebody who may suspect wrongly in {Percent(FalseAlarms)} of all cases, finds a true case with a chance of at most");
        Line(
            text,
            $"**{Percent(Detection(statement.Epsilon, statement.Delta))}**, whatever else they know and however they compute; "
                + $"pure guessing has {Percent(FalseAlarms)}. This follows from ε = {Rounded(statement.Epsilon)}");
        Line(text, $"and δ = {Short(statement.Delta)}; the smaller both are, the better every single {unit} is protected.");
    }

    private static void Promise(StringBuilder text, PrivacyStatement statement)
    {
        Heading(text, "The promise");
        Line(text, "| | |");
        Line(text, "| --- | --- |");
        Line(text, $"| dataset | `{statement.Dataset}` |");
        Line(text, $"| protected | {StatementSentences.Protected(statement.Unit)} |");
        if (statement.OwnersFrom is { } owners)
        {
            Line(text, $"| owners | {Escape(owners)} |");
        }

        Line(text, $"| neighbours | {StatementSentences.Neighbours(statement.Adjacency, statement.Unit)} |");
        Line(text, $"| ε | {Exact(statement.Epsilon)} |");
        Line(text, $"| ε asked for | {Exact(statement.RequestedEpsilon)} |");
        Line(text, $"| δ | {Exact(statement.Delta)}, {StatementSentences.Origin(statement.DeltaSource)} |");
        Line(text, $"| accountant | {StatementSentences.NameOf(statement.Accountant)} |");
        Line(text, $"| certified interval | the exact ε lies between {Exact(statement.Interval.Lower)} and {Exact(statement.Interval.Upper)} |");
        Line(text, $"| made by | {Escape(statement.Product)}, statement format {statement.FormatVersion} |");
    }

    private static void OtherDeltas(StringBuilder text, PrivacyStatement statement)
    {
        Heading(text, "The same releases at other δ");
        Line(text, $"| δ | ε, {Name(statement.Adjacency)} | ε, {Name(statement.OtherAdjacency.Adjacency)} |");
        Line(text, "| --- | --- | --- |");
        Line(text, $"| {Short(statement.Delta)} | {Rounded(statement.Epsilon)} | {Rounded(statement.OtherAdjacency.Epsilon)} |");
        foreach ((var one, var other) in statement.Curve.Zip(statement.OtherAdjacency.Curve))
        {
            Line(text, $"| {Short(one.Delta)} | {Rounded(one.Epsilon)} | {Rounded(other.Epsilon)} |");
        }
    }

    private static void Measurements(StringBuilder text, PrivacyStatement statement)
    {
        Heading(text, "The noisy releases");
        if (statement.Measurements.Count == 0)
        {
            Line(text, "None.");
            return;
        }

        Line(text, "Everything published is computed from these and from public data. σ counts in votes: a unit has one vote in all.");
        Line(text);
        Line(text, "| release | noise | σ | grid units a vote | ledger entry |");
        Line(text, "| --- | --- | --- | --- | --- |");
        foreach (var measurement in statement.Measurements)
        {
            var sigma = measurement.Sigma is { } value ? Exact(value) : "–";
            Line(text, $"| {Escape(measurement.Key)} | {StatementSentences.NameOf(measurement.Event)} | {sigma} | {measurement.UnitsPerVote} | "
                + $"`{measurement.LedgerEntry}` |");
        }

        Line(text);
        Line(text, "The same as events, one a release, σ² and sensitivity in grid units; an accountant needs nothing else:");
        Line(text);
        Line(text, "```json");
        string[] events = [.. statement.Measurements.Select(measurement => JsonSerializer.Serialize(measurement.Event, PrivacyJson.Options))];
        Line(text, $"[\n  {string.Join(",\n  ", events)}\n]");
        Line(text, "```");
    }

    private static void Sentences(StringBuilder text, string heading, string none, EquatableList<string> sentences)
    {
        Heading(text, heading);
        if (sentences.Count == 0)
        {
            Line(text, none);
        }

        foreach (var sentence in sentences)
        {
            Line(text, $"- {Escape(sentence)}");
        }
    }

    private static void Words(StringBuilder text)
    {
        Heading(text, "Words");
        Line(text, "- **(ε, δ)**: for every event E that can be seen in the outcome, and for every two neighbouring datasets, P[E] on the one is at most");
        Line(text, "  e^ε · P[E] on the other + δ. ε is in nats, and an upper bound.");
        Line(text, "- **σ**: the parameter of the noise, close to its standard deviation. A discrete Gaussian draws the whole number x with a probability");
        Line(text, "  in proportion to e^(−x²/2σ²).");
        Line(text, "- **sensitivity**: how far one unit's joining can move a released vector, in the L2 norm.");
        Line(text, "- **ledger entry**: SHA-256 of the line on the dataset's ledger that recorded the release before its noise was drawn.");
    }

    private static void Verification(StringBuilder text, PrivacyStatement statement)
    {
        Heading(text, "Check it yourself");
        Line(text, "`dpsynth verify-release DIR` recomputes everything in this file and in `privacy.json` from the events, and compares it with the manifest.");
        Line(text, "With `--ledger EXPORT.jsonl`, made by `dpsynth budget export` on the data owner's side, it looks up every ledger entry too. By");
        Line(
            text,
            $"hand: save the events above as `events.json` and run `dpsynth accountant epsilon --events events.json --delta {Exact(statement.Delta)} "
                + $"--adjacency {Name(statement.Adjacency)}`,");
        Line(text, "or hand them to any other accountant.");
    }

    /// <summary>
    /// The largest chance of detection that (ε, δ) leaves to a test with false alarms at α: min(e^ε·α + δ, 1 − e^−ε·(1 − δ − α))
    /// (Wasserman and Zhou 2010; Kairouz, Oh and Viswanath, arXiv 1311.0776).
    /// </summary>
    private static double Detection(double epsilon, double delta) => Math.Min(
        1,
        Math.Min((Math.Exp(epsilon) * FalseAlarms) + delta, 1 - (Math.Exp(-epsilon) * Math.Max(0, 1 - delta - FalseAlarms))));

    private static string Percent(double share)
    {
        // Rounded up: a chance is never stated smaller than it is.
        var percent = Math.Min(100, Math.Ceiling(share * 10000 * (1 - 1e-12)) / 100);
        return string.Create(CultureInfo.InvariantCulture, $"{percent:0.##} %");
    }

    private static string Name(Adjacency adjacency) => adjacency == Adjacency.ReplaceOne ? "replace-one" : "add-remove";

    private static string Short(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Four decimals, rounded up.</summary>
    private static string Rounded(double epsilon) => (Math.Ceiling(epsilon * 1e4) / 1e4).ToString("0.0000", CultureInfo.InvariantCulture);

    private static string Exact(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string prose)
    {
        StringBuilder text = new(prose.Length);
        foreach (var letter in prose)
        {
            if (letter is '\\' or '|' or '*' or '_' or '`' or '<' or '>' or '[' or ']')
            {
                text.Append('\\');
            }

            text.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return text.ToString();
    }

    private static void Heading(StringBuilder text, string heading)
    {
        Line(text);
        Line(text, $"## {heading}");
        Line(text);
    }

    private static void Line(StringBuilder text, string line = "") => text.Append(line).Append('\n');
}
