using System.Text.Json;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Accounting;

public sealed class PrivacyEventTests
{
    public static TheoryData<PrivacyEvent, string> Written => new()
    {
        { new GaussianEvent { NoiseMultiplier = 1.5, Count = 3 }, "gaussian" },
        {
            new DiscreteGaussianEvent { SigmaSquared = new Rational(7, 3), Sensitivity = 1024, Contribution = ContributionShape.Vector },
            "discrete-gaussian"
        },
        { new SubsampledGaussianEvent { NoiseMultiplier = 0.1, SamplingRate = 0.01, Count = 10000 }, "subsampled-gaussian" },
        { new LaplaceEvent { NoiseMultiplier = 2 }, "laplace" },
        { new ExplicitEvent { Probabilities = [0.25, 0.75], NeighbourProbabilities = [0.75, 0.25] }, "explicit" },
    };

    [Theory]
    [MemberData(nameof(Written))]
    public void Event_comes_back_from_JSON_as_it_was(PrivacyEvent measurement, string mechanism)
    {
        var json = JsonSerializer.Serialize(measurement, JsonSerializerOptions.Web);

        Assert.Contains($"\"mechanism\":\"{mechanism}\"", json, StringComparison.Ordinal);
        Assert.Equal(measurement, JsonSerializer.Deserialize<PrivacyEvent>(json, JsonSerializerOptions.Web));
    }

    [Theory]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":0}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":-1}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":NaN}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":1e999}""")]
    [InlineData("""{"mechanism":"gaussian"}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":1,"count":0}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":1,"count":-3}""")]
    [InlineData("""{"mechanism":"gaussian","noiseMultiplier":1,"count":1.5}""")]
    [InlineData("""{"mechanism":"exponential","noiseMultiplier":1}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":"0"}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":"1/0"}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":4}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":"4","sensitivity":0}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":"4","contribution":"matrix"}""")]
    [InlineData("""{"mechanism":"discrete-gaussian","sigmaSquared":"4","contribution":7}""")]
    [InlineData("""{"mechanism":"subsampled-gaussian","noiseMultiplier":1,"samplingRate":1.1}""")]
    [InlineData("""{"mechanism":"subsampled-gaussian","noiseMultiplier":1,"samplingRate":-0.1}""")]
    [InlineData("""{"mechanism":"laplace","noiseMultiplier":0}""")]
    [InlineData("""{"mechanism":"explicit","probabilities":[0.5,0.5],"neighbourProbabilities":[1]}""")]
    [InlineData("""{"mechanism":"explicit","probabilities":[0.5,0.4],"neighbourProbabilities":[0.5,0.5]}""")]
    [InlineData("""{"mechanism":"explicit","probabilities":[0.5,0.5],"neighbourProbabilities":[-0.5,1.5]}""")]
    [InlineData("""{"mechanism":"explicit","probabilities":null,"neighbourProbabilities":[0.5,0.5]}""")]
    public void Bad_event_is_refused(string json)
    {
        var fault = Assert.ThrowsAny<Exception>(() => JsonSerializer.Deserialize<PrivacyEvent>(json, JsonSerializerOptions.Web));

        Assert.True(fault is JsonException or ArgumentException, fault.GetType().Name);
    }

    [Fact]
    public void Event_without_a_mechanism_is_refused() => Assert.ThrowsAny<NotSupportedException>(
        () => JsonSerializer.Deserialize<PrivacyEvent>("""{"noiseMultiplier":1}""", JsonSerializerOptions.Web));

    [Fact]
    public void Variance_that_was_never_set_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new DiscreteGaussianEvent { SigmaSquared = default });
}
