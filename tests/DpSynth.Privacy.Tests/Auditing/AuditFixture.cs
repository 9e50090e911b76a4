using System.Text.Json;

namespace DpSynth.Privacy.Tests.Auditing;

/// <summary>The reference values of <c>Fixtures/audit.json</c>.</summary>
internal sealed record AuditFixture(
    IReadOnlyList<AuditFixture.Audit> AuditCases,
    IReadOnlyList<AuditFixture.Fault> FaultyMechanismCases,
    IReadOnlyList<AuditFixture.GaussianAudit> GdpAuditCases,
    IReadOnlyList<AuditFixture.DiscreteAudit> DiscreteAuditCases,
    IReadOnlyList<AuditFixture.Bounds> ClopperPearsonCases)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static AuditFixture Load() => JsonSerializer.Deserialize<AuditFixture>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "audit.json")), Options)!;

    internal sealed record Audit(
        string Id,
        double Sigma,
        int Steps,
        double Delta,
        int TrialsPerWorld,
        double Alpha,
        double Threshold,
        double FalsePositiveRate,
        double FalseNegativeRate,
        double? EpsilonTheory,
        IReadOnlyDictionary<string, double> AuditedQuantiles,
        double LargestPossible);

    internal sealed record GaussianAudit(
        string Id,
        double Sigma,
        int Steps,
        double Delta,
        int TrialsPerWorld,
        double Alpha,
        double Threshold,
        double MuTheory,
        double EpsilonTheory,
        IReadOnlyDictionary<string, double> AuditedMuQuantiles,
        IReadOnlyDictionary<string, double> AuditedEpsilonQuantiles);

    internal sealed record DiscreteAudit(
        string Id,
        string Sigma2,
        int Steps,
        double Delta,
        int TrialsPerWorld,
        double Alpha,
        long ThresholdAtLeast,
        double EpsilonTheory,
        IReadOnlyDictionary<string, double> AuditedQuantiles);

    internal sealed record Fault(
        string Id,
        int ActualSteps,
        JsonElement ActualSigma,
        double VotesOfCanary,
        double Delta,
        int TrialsPerWorld,
        double Alpha,
        double Threshold,
        double GdpThreshold,
        double ClaimedEpsilon,
        double? ClaimedMu,
        IReadOnlyDictionary<string, double> AuditedQuantiles,
        double ProbabilityDetected,
        double? ProbabilityDetectedGdp);

    internal sealed record Bounds(string Id, long Successes, long Trials, double OneSidedConfidence, double Upper, double Lower);
}
