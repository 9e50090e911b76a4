using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Statements;

using DpSynth.Privacy.Statements;

/// <summary>A release with everything in it that a statement can have.</summary>
internal static class SampleRelease
{
    private const long UnitsPerVote = 1024;

    public static StatementFacts Facts { get; } = new()
    {
        Product = "DpSynth 0.1.0",
        RunId = "birds-1",
        Dataset = "birds",
        Unit = PrivacyUnit.Owner,
        OwnersFrom = "the file name up to the first '_'",
        Adjacency = Adjacency.AddRemove,
        RequestedEpsilon = 10,
        Delta = 1.5e-6,
        DeltaSource = DeltaSource.NoisySize,
        Measurements =
        [
            Release("size", 900),
            .. Enumerable.Range(1, 3).Select(iteration => Release($"iteration-{iteration:000}", 4 * iteration)),
        ],
        DeclaredPublic = ["The names of the classes are taken as public.", "The request declares the classes' fractions public."],
    };

    public static PrivacyStatement Statement { get; } = PrivacyStatement.Of(Facts);

    public static ReleaseDocuments Documents { get; } = Of(Statement);

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static StatedMeasurement Release(string key, long sigmaSquaredInVotes) => new(
        key,
        new DiscreteGaussianEvent
        {
            SigmaSquared = new Rational(sigmaSquaredInVotes * UnitsPerVote * UnitsPerVote, 1),
            Sensitivity = UnitsPerVote,
            Contribution = ContributionShape.Vector,
        },
        UnitsPerVote,
        Hash(key));

    public static ReleaseDocuments Of(PrivacyStatement statement)
    {
        JsonObject manifest = new()
        {
            ["runId"] = statement.RunId,
            ["dataset"] = statement.Dataset,
            ["iterations"] = new JsonArray(
            [
                .. statement.Measurements.Where(measurement => measurement.Key != "size").Select((release, index) =>
                    (JsonNode)new JsonObject { ["iteration"] = index + 1, ["noiseMultiplier"] = release.Sigma }),
            ]),
        };
        return new ReleaseDocuments(JsonSerializer.Serialize(statement, PrivacyJson.Indented), statement.ToMarkdown(), manifest.ToJsonString());
    }
}
