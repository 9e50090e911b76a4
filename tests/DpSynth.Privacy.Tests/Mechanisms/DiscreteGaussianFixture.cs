using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace DpSynth.Privacy.Tests.Mechanisms;

/// <summary>What <c>Fixtures/discrete-gaussian.json</c> says of the sampler.</summary>
internal sealed record DiscreteGaussianFixture(
    IReadOnlyList<DiscreteGaussianFixture.Law> PmfCases,
    IReadOnlyList<DiscreteGaussianFixture.ChiSquare> ChiSquareCases,
    IReadOnlyList<DiscreteGaussianFixture.Trace> SamplerTraces)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static DiscreteGaussianFixture Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Fixtures", "discrete-gaussian.json");
        return JsonSerializer.Deserialize<DiscreteGaussianFixture>(File.ReadAllText(path), Options)!;
    }

    /// <summary>The law of one σ².</summary>
    /// <param name="Pmf">Rows of value, probability, logarithm.</param>
    internal sealed record Law(string Id, string Sigma2, double Variance, IReadOnlyList<double[]> Pmf);

    internal sealed record ChiSquare(
        string Id,
        string Sigma2,
        int Samples,
        IReadOnlyList<Bin> Bins,
        IReadOnlyDictionary<string, double> CriticalValue,
        double Mean,
        double MeanStandardError,
        double Variance,
        double VarianceStandardError,
        double ProbabilityEven);

    /// <summary>Neighbouring values counted together.</summary>
    /// <param name="Low">Smallest value inside, null for no end.</param>
    /// <param name="High">Largest value inside, null for no end.</param>
    internal sealed record Bin(long? Low, long? High, double ExpectedCount);

    internal sealed record Trace(string Id, string Sigma2, IReadOnlyList<JsonElement[]> Draws, long Output)
    {
        /// <summary>The draws as integers, which the file writes as text where they are long.</summary>
        public Queue<(BigInteger Bound, BigInteger Value)> Recorded() => new(Draws.Select(draw => (Integer(draw[0]), Integer(draw[1]))));

        private static BigInteger Integer(JsonElement element) => BigInteger.Parse(element.ToString(), CultureInfo.InvariantCulture);
    }
}
