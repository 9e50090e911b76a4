using DpSynth.Synthesis.Generation;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of single drawings keeps to.</summary>
public abstract class DrawingStoreContract
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it, as a worker has it.</summary>
    protected abstract IDrawingStore Store { get; }

    /// <summary>The same store as the app has it, which alone deletes.</summary>
    protected virtual IDrawingStore App => Store;

    private CandidateShardId Shard => new(_run, 0, 1);

    [Fact]
    public async Task Drawing_that_is_not_kept_is_null_and_not_listed()
    {
        await Store.WriteAsync(Shard, 7, new byte[] { 1 }, None);
        Assert.Null(await Store.ReadAsync(Shard, 8, None));
        Assert.Null(await Store.ReadAsync(Shard with { Shard = 2 }, 7, None));
        Assert.Empty(await Store.ListAsync(Shard with { Generation = 1 }, None));
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(0xfedcba9876543210)]
    [InlineData(ulong.MaxValue)]
    public async Task Drawing_is_read_and_listed_by_its_seed(ulong seed)
    {
        byte[] drawing = [1, 2, 3];
        await Store.WriteAsync(Shard, seed, drawing, None);
        drawing[0] = 9;
        Assert.Equal([1, 2, 3], (await Store.ReadAsync(Shard, seed, None))!.Value.ToArray());
        Assert.Equal([seed], await Store.ListAsync(Shard, None));
    }

    [Fact]
    public async Task Drawings_of_a_shard_are_listed_and_no_others()
    {
        foreach (var (shard, seed) in ((CandidateShardId, ulong)[])
            [(Shard, 7), (Shard, 8), (Shard with { Shard = 11 }, 9), (Shard with { Generation = 1 }, 10), (Shard with { RunId = $"{_run}-2" }, 11)])
        {
            await Store.WriteAsync(shard, seed, new byte[] { 1 }, None);
        }

        Assert.Equal([7UL, 8UL], (await Store.ListAsync(Shard, None)).Order());
    }

    [Fact]
    public async Task Empty_drawing_is_a_drawing()
    {
        await Store.WriteAsync(Shard, 7, ReadOnlyMemory<byte>.Empty, None);
        Assert.True((await Store.ReadAsync(Shard, 7, None))!.Value.IsEmpty);
    }

    [Fact]
    public async Task First_drawing_stays()
    {
        await Store.WriteAsync(Shard, 7, new byte[] { 1 }, None);
        await Store.WriteAsync(Shard, 7, new byte[] { 2 }, None);
        Assert.Equal([1], (await Store.ReadAsync(Shard, 7, None))!.Value.ToArray());
    }

    [Fact]
    public async Task Drawings_go_by_generation_and_by_run()
    {
        CandidateShardId other = Shard with { Generation = 1 }, next = Shard with { RunId = $"{_run}-2" };
        foreach (var shard in (CandidateShardId[])[Shard, other, next])
        {
            await Store.WriteAsync(shard, 7, new byte[] { 1 }, None);
        }

        await App.DeleteAsync(_run, 0, None);
        Assert.Equal((0, 1, 1), await CountAsync());
        await App.DeleteAsync(_run, null, None);
        Assert.Equal((0, 0, 1), await CountAsync());
        await App.DeleteAsync(_run, null, None);

        async Task<(int, int, int)> CountAsync() =>
            ((await Store.ListAsync(Shard, None)).Count, (await Store.ListAsync(other, None)).Count, (await Store.ListAsync(next, None)).Count);
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_change_nothing()
    {
        await Store.WriteAsync(Shard, 7, new byte[] { 1 }, None);
        await Stopped.CallsAsync(
            stop => Store.ListAsync(Shard, stop),
            stop => Store.ReadAsync(Shard, 7, stop),
            stop => Store.WriteAsync(Shard, 8, new byte[] { 1 }, stop),
            stop => App.DeleteAsync(_run, null, stop));
        Assert.Equal([7UL], await Store.ListAsync(Shard, None));
    }
}
