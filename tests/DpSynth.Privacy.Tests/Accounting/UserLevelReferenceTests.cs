using DpSynth.Privacy.Accounting;
using Xunit.Abstractions;

namespace DpSynth.Privacy.Tests.Accounting;

/// <summary>Conformance to <c>user-level.json</c> (all but clipping), in its own tolerances.</summary>
public sealed class UserLevelReferenceTests(ITestOutputHelper output)
{
    private readonly ReferenceFile _file = new("user-level", output);

    [Fact]
    public void Contributions_of_a_user_meet_the_reference() => _file.Check("user_cases", 20, node =>
    {
        // What add/remove gives for the scheme; the product's own replace-one factor does the rest.
        var votes = (double)node["votes_per_user"]!;
        var clip = (double?)node["clip"] ?? 1;
        var replace = (string)node["adjacency"]! == "replace_one";
        var sensitivity = (string)node["scheme"]! switch
        {
            "distinct_bins" => Math.Sqrt(votes),
            "same_bin_allowed" => votes,
            "scaled_by_inverse_sqrt_k_same_bin_allowed" => Math.Sqrt(votes),
            "l2_normalised_vector" => clip,
            "signed_l2_clipped_vector" => replace ? 2 * clip : clip,
            _ => 1,
        };
        var signed = (string)node["scheme"]! == "signed_l2_clipped_vector";
        var expected = (double)node["epsilon"]!;
        var bound = PrivacyAccountant.Epsilon(
            [new GaussianEvent { NoiseMultiplier = (double)node["sigma"]! / sensitivity, Count = (int)node["steps"]! }],
            (double)node["delta"]!,
            replace && !signed ? Adjacency.ReplaceOne : Adjacency.AddRemove);
        return [ReferenceFile.Within(bound.Epsilon, expected, (1e-9 * expected) + 1e-10)];
    });

    [Fact]
    public void Groups_under_Gaussian_privacy_meet_the_reference() => _file.Check("group_cases", 8, node =>
    {
        var mu = Math.Sqrt((double)node["steps"]!) / (double)node["sigma"]!;
        var delta = (double)node["delta"]!;
        var single = (double)node["epsilon_single"]!;
        var group = (double)node["epsilon_group"]!;
        var muOfGroup = GroupPrivacy.Mu(mu, (int)node["group_size"]!);
        return
        [
            ReferenceFile.Within(muOfGroup, (double)node["mu_group"]!, 1e-13 * muOfGroup),
            ReferenceFile.Within(GaussianAccountant.Epsilon(mu, delta), single, (1e-9 * single) + 1e-10),
            ReferenceFile.Within(GaussianAccountant.Epsilon(muOfGroup, delta), group, (1e-9 * group) + 1e-10),
        ];
    });

    [Fact]
    public void Groups_in_general_meet_the_reference_and_cover_the_Gaussian() => _file.Check("generic_group_cases", 7, node =>
    {
        var expected = (double)node["log_group_delta"]!;
        (var epsilon, var logDelta) = GroupPrivacy.Of((double)node["epsilon"]!, (double)node["delta"]!, (int)node["group_size"]!);
        Assert.Equal((bool)node["vacuous"]!, logDelta >= 0);
        Assert.True((double)node["gaussian_log_group_delta"]! <= logDelta);
        return
        [
            ReferenceFile.Within(epsilon, (double)node["group_epsilon"]!, 1e-12 * epsilon),
            ReferenceFile.Within(logDelta, expected, 1e-10 * Math.Max(1, Math.Abs(expected))),
        ];
    });

    [Fact]
    public void Calibration_meets_the_reference() => _file.Check("calibration_cases", 6, node =>
    {
        var replace = (string)node["adjacency"]! == "replace_one";
        var expected = (double)node["sigma"]!;
        var sensitivity = (double)node["l2_sensitivity"]! / (replace ? Math.Sqrt(2) : 1);
        var epsilon = (double)node["epsilon"]!;
        var delta = (double)node["delta"]!;
        var steps = (int)node["steps"]!;
        var adjacency = replace ? Adjacency.ReplaceOne : Adjacency.AddRemove;
        GaussianEvent Measurement(double sigma) => new() { NoiseMultiplier = sigma, Count = steps };

        var multiplier = NoiseCalibration.NoiseMultiplier(Measurement, epsilon, delta, adjacency);

        Assert.True(PrivacyAccountant.Epsilon([Measurement(multiplier)], delta, adjacency).Epsilon <= epsilon);
        return [ReferenceFile.Within(multiplier * sensitivity, expected, 1e-9 * expected)];
    });
}
