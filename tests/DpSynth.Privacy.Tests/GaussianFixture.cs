using System.Text.Json;

namespace DpSynth.Privacy.Tests;

/// <summary>The reference values of <c>Fixtures/gaussian.json</c>.</summary>
public sealed record GaussianFixture(
    IReadOnlyList<GaussianFixture.Case> EpsilonCases,
    IReadOnlyList<GaussianFixture.Case> SigmaCases,
    IReadOnlyList<GaussianFixture.Case> DeltaCases,
    IReadOnlyList<GaussianFixture.NormalCase> LogNormalCdfCases)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static GaussianFixture Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "gaussian.json");
        return JsonSerializer.Deserialize<GaussianFixture>(File.ReadAllText(path), Options)!;
    }

    public sealed record Case(string Id, double Sigma, int Steps, double Epsilon, double Delta, double LogDelta, double Mu);

    public sealed record NormalCase(string Id, double X, double LogNormalCdf, double LogErfc);
}
