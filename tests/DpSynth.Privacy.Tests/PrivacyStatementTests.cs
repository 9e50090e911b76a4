using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests;

public sealed class PrivacyStatementTests
{
    [Fact]
    public void Statement_of_a_calibrated_run_stays_within_what_was_asked()
    {
        double[] sigmas = GaussianAccountant.NoiseMultipliers(1, 1.5e-6, [1, 2, 3]);

        PrivacyStatement statement = PrivacyStatement.OfGaussianReleases(sigmas, 1.5e-6);

        Assert.InRange(statement.Epsilon, 1 - 1e-9, 1);
        Assert.Equal([1, 2, 3], statement.Releases.Select(release => release.Iteration));
        Assert.Equal(sigmas, statement.Releases.Select(release => release.NoiseMultiplier));
        Assert.Equal((Adjacency.AddRemove, "image"), (statement.Adjacency, statement.Unit));
    }

    [Fact]
    public void Statement_of_a_run_without_releases_costs_nothing() =>
        Assert.Equal(0, PrivacyStatement.OfGaussianReleases([], 1e-6).Epsilon);
}
