using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Voting;

namespace DpSynth.Synthesis.Tests.Voting;

public sealed class VoteCounterTests
{
    private static readonly EmbeddingMatrix Candidates = OnALine(0, 10, 20, 30);

    [Fact]
    public void Count_gives_each_unit_one_vote_for_its_nearest_candidate()
    {
        Assert.Equal([1, 0, 3, 0], VoteCounter.Count(OnALine(1, 19, 21, 24), Candidates, Metric.L2, neighbours: 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Count_gives_one_unit_votes_of_L2_norm_1(int neighbours)
    {
        var votes = VoteCounter.Count(OnALine(14), Candidates, Metric.L2, neighbours);
        Assert.Equal(Math.Min(neighbours, 4), votes.Count(static vote => vote > 0));
        Assert.Equal(1, votes.Sum(static vote => vote * vote), 1e-12);
    }

    [Fact]
    public void Count_adds_up_over_units()
    {
        var parts = new[] { OnALine(1, 12), OnALine(29, 3, 18) }.Select(units => VoteCounter.Count(units, Candidates, Metric.L2, 2)).ToArray();
        var whole = VoteCounter.Count(OnALine(1, 12, 29, 3, 18), Candidates, Metric.L2, 2);
        Assert.Equal(whole, parts[0].Zip(parts[1], static (left, right) => left + right), (double left, double right) => Math.Abs(left - right) < 1e-12);
    }

    [Fact]
    public void Count_is_all_zeros_without_units()
    {
        Assert.Equal([0, 0, 0, 0], VoteCounter.Count(new EmbeddingMatrix(0, 1), Candidates, Metric.L2, 1));
    }

    private static EmbeddingMatrix OnALine(params float[] places) => new(places.Length, 1, places);
}
