using System.Text.Json.Nodes;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Accounting.LossDistributions;
using Xunit.Abstractions;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>Conformance to <c>subsampled-gaussian.json</c>, in its own tolerances.</summary>
public sealed class SubsampledGaussianReferenceTests(ITestOutputHelper output)
{
    private static readonly double[] Tenths = [.. Enumerable.Range(1, 99).Select(k => 1 + (k / 10.0))];
    private static readonly double[] DpAccountingOrders = [.. Tenths, .. Enumerable.Range(11, 53).Select(k => (double)k), 128, 256, 512, 1024];
    private static readonly double[] OpacusOrders = [.. Tenths, .. Enumerable.Range(12, 52).Select(k => (double)k)];

    private readonly ReferenceFile _file = new("subsampled-gaussian", output);

    [Fact]
    public void Renyi_divergences_meet_the_reference() => _file.Check("rdp_cases", 31, node =>
    {
        SubsampledGaussianLoss law = new(1 / (double)node["sigma"]!, (double)node["q"]!, LossDirection.Remove);
        return node["orders"]!.AsArray().Zip(node["rdp_per_step"]!.AsArray()).Select(pair =>
        {
            var order = (double)pair.First!;
            var expected = (double)pair.Second!;
            return ReferenceFile.Within(law.LogMoment(order - 1) / (order - 1), expected, (1e-9 * expected) + 1e-12);
        });
    });

    [Fact]
    public void Tight_epsilon_is_certified_from_both_sides() => _file.Check("epsilon_cases", 42, node =>
    {
        var expected = (double)node["epsilon"]!;
        var bound = PldAccountant.Epsilon([Event(node)], (double)node["delta"]!);
        return [ReferenceFile.UpperBound(bound.Upper, expected), ReferenceFile.LowerBound(bound.Lower, expected)];
    });

    [Theory]
    [InlineData("epsilon_rdp_improved", RenyiConversion.Improved)]
    [InlineData("epsilon_rdp_improved_opacus_grid", RenyiConversion.Improved)]
    [InlineData("epsilon_rdp_basic", RenyiConversion.Basic)]
    public void Renyi_accountant_meets_the_reference(string field, RenyiConversion conversion) => _file.Check("epsilon_cases", 42, node =>
    {
        var reference = node[field]!;
        var orders = (string)reference["grid"]! == "opacus" ? OpacusOrders : DpAccountingOrders;
        var expected = Math.Max(0, (double)reference["epsilon"]!);
        var bound = RdpAccountant.Epsilon([Event(node)], (double)node["delta"]!, Adjacency.AddRemove, orders, conversion);
        var order = (double)reference["order"]!;
        Assert.Equal(bound.Order == orders[0] || bound.Order == orders[^1], bound.AtEndOfGrid);
        return
        [
            ReferenceFile.Within(bound.Epsilon, expected, (1e-6 * expected) + 1e-6),
            ReferenceFile.Within(bound.Order, order, expected == 0 ? double.PositiveInfinity : 1e-9),
        ];
    });

    [Fact]
    public void Single_release_has_the_reference_delta_in_both_directions() => _file.Check("delta_cases", 13, node =>
        new[] { LossDirection.Remove, LossDirection.Add }.Select(direction =>
        {
            SubsampledGaussianLoss law = new(1 / (double)node["sigma"]!, (double)node["q"]!, direction);
            var found = law.LogDelta((double)node["epsilon"]!);
            var reference = node[direction == LossDirection.Remove ? "log_delta_remove" : "log_delta_add"];
            var expected = reference is null ? double.NegativeInfinity : (double)reference;
            return reference is null
                ? (found, expected, expected, expected)
                : ReferenceFile.Within(found, expected, (1e-9 * Math.Abs(expected)) + 1e-9);
        }));

    private static SubsampledGaussianEvent Event(JsonNode node) => new()
    {
        NoiseMultiplier = (double)node["sigma"]!,
        SamplingRate = (double)node["q"]!,
        Count = (int)node["steps"]!,
    };
}
