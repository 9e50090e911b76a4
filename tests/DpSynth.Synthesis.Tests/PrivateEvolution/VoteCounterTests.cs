using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.PrivateEvolution;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.PrivateEvolution;

public sealed class VoteCounterTests
{
    private static readonly EmbeddingMatrix Candidates = OnALine(0, 10, 20, 30);

    [Fact]
    public void Count_gives_each_image_one_whole_vote_for_its_nearest_candidate() =>
        Assert.Equal([1, 0, 3, 0], VoteCounter.Count(OnALine(1, 19, 21, 24), Candidates, Metric.L2, 1, new VoteGrid(0)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Count_gives_one_image_votes_of_L2_norm_at_most_one_vote_and_hardly_less(int neighbours)
    {
        var grid = new VoteGrid(10);

        var votes = VoteCounter.Count(OnALine(14), Candidates, Metric.L2, neighbours, grid);

        Assert.Equal(neighbours, votes.Count(static vote => vote > 0));
        Assert.InRange(votes.Sum(static vote => vote * vote), 0.99 * grid.UnitsPerVote * grid.UnitsPerVote, grid.UnitsPerVote * grid.UnitsPerVote);
    }

    [Fact]
    public void Count_adds_up_over_images()
    {
        var parts = new[] { OnALine(1, 12), OnALine(29, 3, 18) }.Select(images => Count(images)).ToArray();

        Assert.Equal(Count(OnALine(1, 12, 29, 3, 18)), parts[0].Zip(parts[1], static (left, right) => left + right));
    }

    [Fact]
    public void Count_is_all_zeros_without_images() => Assert.Equal([0, 0, 0, 0], Count(new EmbeddingMatrix(0, 1)));

    [Fact]
    public void Count_refuses_more_neighbours_than_candidates() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => VoteCounter.Count(OnALine(1), Candidates, Metric.L2, 5, new VoteGrid(10)));

    [Fact]
    public void Whatever_a_search_answers_an_image_moves_the_histogram_by_at_most_one_vote_and_changes_no_other() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>().Generator.Select(value => value % 7).ArrayOf(12).ToArbitrary(),
        indices =>
        {
            var grid = new VoteGrid(10);
            var with = VoteCounter.Count(new NeighbourTable(4, 3, indices), 5, grid);
            var without = VoteCounter.Count(new NeighbourTable(3, 3, indices[..9]), 5, grid);
            var alone = VoteCounter.Count(new NeighbourTable(1, 3, indices[9..]), 5, grid);
            return alone.Sum(static vote => vote * vote) <= grid.UnitsPerVote * grid.UnitsPerVote
                && with.SequenceEqual(without.Zip(alone, static (left, right) => left + right));
        }).QuickCheckThrowOnFailure();

    private static long[] Count(EmbeddingMatrix images) => VoteCounter.Count(images, Candidates, Metric.L2, 2, new VoteGrid(10));

    private static EmbeddingMatrix OnALine(params float[] places) => new(places.Length, 1, places);
}
