using DpSynth.Numerics.Search;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of votes and neighbours keeps to.</summary>
public abstract class ExactWorkContract
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract IExactWork Work { get; }

    [Fact]
    public async Task Votes_and_neighbours_that_are_not_there_yet_are_null()
    {
        await Work.WriteVotesAsync(_run, 1, 3, new[] { 1L }, None);
        await Work.WriteNeighboursAsync(_run, 2, 3, new NeighbourTable(1, 1, [0]), None);
        Assert.Null(await Work.ReadVotesAsync(_run, 2, 3, None));
        Assert.Null(await Work.ReadVotesAsync(_run, 1, 4, None));
        Assert.Null(await Work.ReadVotesAsync(UniqueName.Of("run"), 1, 3, None));
        Assert.Null(await Work.ReadNeighboursAsync(_run, 1, 3, None));
        Assert.Null(await Work.ReadNeighboursAsync(_run, 2, 4, None));
        Assert.Null(await Work.ReadNeighboursAsync(UniqueName.Of("run"), 2, 3, None));
    }

    [Theory]
    [InlineData]
    [InlineData(0L)]
    [InlineData(1L << 40, long.MinValue, long.MaxValue, -1L)]
    public async Task Votes_come_back_as_they_were(params long[] votes)
    {
        long[] handed = [.. votes];
        await Work.WriteVotesAsync(_run, 1, 0, handed, None);
        Array.Fill(handed, 7);

        var read = (await Work.ReadVotesAsync(_run, 1, 0, None))!;
        Assert.Equal(votes, read);
        Array.Fill(read, 8);
        Assert.Equal(votes, (await Work.ReadVotesAsync(_run, 1, 0, None))!);
    }

    [Fact]
    public async Task Neighbours_come_back_as_they_were()
    {
        int[] indices = [4, 0, 1, 2, 4, int.MaxValue];
        await Work.WriteNeighboursAsync(_run, 1, 3, new NeighbourTable(2, 3, indices), None);
        indices[0] = 9;

        var read = (await Work.ReadNeighboursAsync(_run, 1, 3, None))!;
        Assert.Equal((2, 3), (read.Queries, read.Neighbours));
        Assert.Equal([4, 0, 1, 2, 4, int.MaxValue], read.Indices);
    }

    [Fact]
    public async Task What_is_written_again_takes_the_place_of_the_first()
    {
        await Work.WriteVotesAsync(_run, 1, 0, new[] { 1L, 2 }, None);
        await Work.WriteVotesAsync(_run, 1, 0, new[] { 3L }, None);
        await Work.WriteNeighboursAsync(_run, 1, 0, new NeighbourTable(1, 2, [0, 1]), None);
        await Work.WriteNeighboursAsync(_run, 1, 0, new NeighbourTable(2, 1, [1, 0]), None);
        Assert.Equal(new[] { 3L }, (await Work.ReadVotesAsync(_run, 1, 0, None))!);
        var neighbours = (await Work.ReadNeighboursAsync(_run, 1, 0, None))!;
        Assert.Equal((2, 1), (neighbours.Queries, neighbours.Neighbours));
        Assert.Equal([1, 0], neighbours.Indices);
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_write_nothing()
    {
        await Stopped.CallsAsync(
            stop => Work.WriteVotesAsync(_run, 1, 0, new[] { 1L }, stop),
            stop => Work.ReadVotesAsync(_run, 1, 0, stop),
            stop => Work.WriteNeighboursAsync(_run, 1, 0, new NeighbourTable(1, 1, [0]), stop),
            stop => Work.ReadNeighboursAsync(_run, 1, 0, stop));
        Assert.Null(await Work.ReadVotesAsync(_run, 1, 0, None));
        Assert.Null(await Work.ReadNeighboursAsync(_run, 1, 0, None));
    }
}
