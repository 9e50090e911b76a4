using DpSynth.Evaluation.Distances;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Distances;

public sealed class ManifoldScoresTests
{
    [Fact]
    public void Scores_are_those_computed_by_hand()
    {
        // Radii 1, 1, 2 around 0, 1, 3; and 8.5, 1, 1 around 1.5, 10, 11. Only 1.5 is in real balls, in those of 1 and 3.
        var scores = ManifoldScores.Of(Sets.Line(0, 1, 3), Sets.Line(1.5f, 10, 11), 1);
        Assert.Equal(new ManifoldScores(1, 1 / 3.0, 1, 2 / 3.0, 2 / 3.0), scores);
    }

    [Fact]
    public void Points_on_the_edge_of_a_ball_are_inside_however_far_from_the_origin()
    {
        var scores = ManifoldScores.Of(Sets.Line(100_000, 100_001, 100_002), Sets.Line(100_003, 100_003, 100_003), 1);
        Assert.Equal(new ManifoldScores(1, 1, 0, 1, 1 / 3.0), scores);
    }

    [Theory]
    [InlineData(40, 50, 6, 5, 1, 1, 0.728, 1)]
    [InlineData(20, 12, 30, 3, 1, 1, 0.3611111111111111, 0.6)]
    [InlineData(300, 260, 17, 5, 1, 1, 0.793076923076923, 0.9933333333333333)]
    [InlineData(300, 260, 17, 3, 0.8, 0.9866666666666667, 0.40384615384615385, 0.6666666666666666)]
    [InlineData(500, 500, 40, 3, 0.646, 0.992, 0.23, 0.202)]
    public void Scores_agree_with_numpy(
        int rows, int others, int columns, int neighbours, double precision, double recall, double density, double coverage)
    {
        var scores = ManifoldScores.Of(Sets.Waves(rows, columns, 1, 1), Sets.Waves(others, columns, 2, 1.3), neighbours);
        Assert.Equal(precision, scores.Precision, 1e-12);
        Assert.Equal(recall, scores.Recall, 1e-12);
        Assert.Equal(density, scores.Density, 1e-12);
        Assert.Equal(coverage, scores.Coverage, 1e-12);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(70)]
    public void A_set_compared_with_itself_is_precise_and_whole(int neighbours)
    {
        var set = Sets.Normal(200, 12, 5, mean: 3);
        var scores = ManifoldScores.Of(set, set, neighbours);
        Assert.Equal((1, 1, 1), (scores.Precision, scores.Recall, scores.Coverage));

        // Each embedding is in its own ball, and every ball holds k others.
        Assert.Equal((neighbours + 1.0) / neighbours, scores.Density, 1e-12);
    }

    [Fact]
    public void Exchanging_the_sets_exchanges_precision_and_recall()
    {
        var (first, second) = (Sets.Normal(150, 8, 1), Sets.Normal(130, 8, 2, 0.5, 1.4));
        var (one, other) = (ManifoldScores.Of(first, second), ManifoldScores.Of(second, first));
        Assert.Equal((one.Precision, one.Recall), (other.Recall, other.Precision));
    }

    [Fact]
    public void More_equal_embeddings_than_neighbours_have_balls_of_radius_zero()
    {
        var scores = ManifoldScores.Of(Sets.Line(1, 1, 1, 1), Sets.Line(1, 2, 3, 4), 2);
        Assert.Equal((0.25, 1, 1), (scores.Precision, scores.Recall, scores.Coverage));
    }

    [Fact]
    public void Sets_with_no_more_images_than_neighbours_are_refused() =>
        Assert.Contains("at least 6", Assert.Throws<ArgumentException>(
            () => ManifoldScores.Of(new EmbeddingMatrix(5, 2), new EmbeddingMatrix(9, 2))).Message);
}
