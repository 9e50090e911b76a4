using DpSynth.Evaluation.Distances;
using DpSynth.Numerics;

namespace DpSynth.Evaluation.Tests.Distances;

public sealed class FrechetDistanceTests
{
    [Fact]
    public void Distance_of_two_lines_is_the_one_computed_by_hand()
    {
        // Means 1 and 5, variances 2 and 8: 4² + (√8 − √2)² = 18.
        Assert.Equal(18, FrechetDistance.Between(Sets.Line(0, 2), Sets.Line(3, 7)), 1e-12);
    }

    [Theory]
    [InlineData(40, 50, 6, 0.36842695382569435)]
    [InlineData(20, 12, 30, 22.090111408983844)]
    [InlineData(300, 260, 17, 0.7761822055910343)]
    [InlineData(500, 500, 40, 1.9322211796402087)]
    public void Distance_agrees_with_the_textbook_formula_in_numpy(int rows, int others, int columns, double expected)
    {
        // np.cov, S₁^½ from eigh, eigvalsh of S₁^½·S₂·S₁^½, all in float64.
        var distance = FrechetDistance.Between(Sets.Waves(rows, columns, 1, 1), Sets.Waves(others, columns, 2, 1.3));
        Assert.Equal(expected, distance, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Distance_in_the_plane_is_the_closed_form(int seed)
    {
        var first = Sets.Normal(50, 2, (ulong)seed);
        var second = Sets.Normal(70, 2, (ulong)seed + 100, 0.5, 2);
        for (var i = 0; i < second.Rows; i++)
        {
            second[i][1] += 0.7f * second[i][0];
        }

        // For a matrix of two rows and columns, tr P^½ = √(tr P + 2·√det P).
        var (m, a, b, c) = Moments(first);
        var (n, d, e, f) = Moments(second);
        var trace = (a * d) + (2 * b * e) + (c * f);
        var determinant = ((a * c) - (b * b)) * ((d * f) - (e * e));
        var expected = Math.Pow(m.X - n.X, 2) + Math.Pow(m.Y - n.Y, 2) + a + c + d + f - (2 * Math.Sqrt(trace + (2 * Math.Sqrt(determinant))));
        Assert.Equal(expected, FrechetDistance.Between(first, second), 1e-11);
    }

    [Theory]
    [InlineData(30, 200)]
    [InlineData(300, 150)]
    [InlineData(2, 1)]
    public void A_set_has_no_distance_to_itself_and_that_of_the_shift_to_its_shifted_self(int rows, int columns)
    {
        var set = Sets.Normal(rows, columns, 7);
        var shifted = new EmbeddingMatrix(rows, columns, set.Values.ToArray());
        foreach (ref var value in shifted.Values)
        {
            value += 0.25f;
        }

        Assert.Equal(0, FrechetDistance.Between(set, set), 1e-10 * columns);
        Assert.Equal(columns / 16.0, FrechetDistance.Between(set, shifted), 1e-5 * columns);
    }

    [Fact]
    public void Distance_is_symmetric_and_does_not_change_with_dead_coordinates()
    {
        var first = Sets.Normal(90, 20, 1);
        var second = Sets.Normal(40, 20, 2, 0.1, 1.5);
        var distance = FrechetDistance.Between(first, second);
        Assert.Equal(distance, FrechetDistance.Between(second, first), 1e-10);

        // Dead coordinates leave a covariance that cannot be inverted.
        Assert.Equal(distance, FrechetDistance.Between(Padded(first), Padded(second)), 1e-9);
        Assert.Equal(0, FrechetDistance.Between(new EmbeddingMatrix(50, 3), new EmbeddingMatrix(2, 3)));
    }

    [Fact]
    public void Few_images_in_many_dimensions_are_measured_as_by_way_of_the_covariance()
    {
        // Each row twice: the covariance changes by the known factor (2n − 2)/(2n − 1), but for the larger set it is factored, not the rows.
        var first = Sets.Normal(30, 40, 3);
        var second = Sets.Normal(35, 40, 4, 0.2, 0.7);
        var apart = FrechetDistance.Between(Twice(first), Twice(second));
        var mean = SquaredDistanceOfMeans(first, second);
        var (one, two) = (Trace(first), Trace(second));
        var root = (one + two + mean - FrechetDistance.Between(first, second)) / 2;
        var (shrunk, shrunkToo) = (58.0 / 59, 68.0 / 69);
        Assert.Equal(mean + (one * shrunk) + (two * shrunkToo) - (2 * root * Math.Sqrt(shrunk * shrunkToo)), apart, 1e-7);
    }

    [Fact]
    public void Sets_that_cannot_be_compared_are_refused()
    {
        Assert.Contains("dimension 2", Assert.Throws<ArgumentException>(
            () => FrechetDistance.Between(new EmbeddingMatrix(3, 2), new EmbeddingMatrix(3, 4))).Message);
        Assert.Contains("at least 2", Assert.Throws<ArgumentException>(() => GaussianFit.Of(new EmbeddingMatrix(1, 2))).Message);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => GaussianFit.Of(Sets.Line(0, float.NaN))).Message);
    }

    private static ((double X, double Y) Mean, double XX, double XY, double YY) Moments(EmbeddingMatrix set)
    {
        var rows = Enumerable.Range(0, set.Rows).Select(i => (X: (double)set[i][0], Y: (double)set[i][1])).ToArray();
        var (x, y) = (rows.Average(static r => r.X), rows.Average(static r => r.Y));
        double Mean(Func<(double X, double Y), double> value) => rows.Sum(value) / (rows.Length - 1);
        return ((x, y), Mean(r => (r.X - x) * (r.X - x)), Mean(r => (r.X - x) * (r.Y - y)), Mean(r => (r.Y - y) * (r.Y - y)));
    }

    private static EmbeddingMatrix Padded(EmbeddingMatrix set)
    {
        var padded = new EmbeddingMatrix(set.Rows, 2 * set.Columns);
        for (var i = 0; i < set.Rows; i++)
        {
            set[i].CopyTo(padded[i][set.Columns..]);
        }

        return padded;
    }

    private static EmbeddingMatrix Twice(EmbeddingMatrix set) =>
        new(2 * set.Rows, set.Columns, (float[])[.. set.Values, .. set.Values]);

    private static double[] MeanOf(EmbeddingMatrix set) =>
        [.. Enumerable.Range(0, set.Columns).Select(j => Enumerable.Range(0, set.Rows).Average(i => (double)set[i][j]))];

    private static double SquaredDistanceOfMeans(EmbeddingMatrix first, EmbeddingMatrix second) =>
        MeanOf(first).Zip(MeanOf(second), static (a, b) => (a - b) * (a - b)).Sum();

    private static double Trace(EmbeddingMatrix set)
    {
        var mean = MeanOf(set);
        return Enumerable.Range(0, set.Rows).Sum(i => mean.Select((m, j) => (set[i][j] - m) * (set[i][j] - m)).Sum()) / (set.Rows - 1);
    }
}
