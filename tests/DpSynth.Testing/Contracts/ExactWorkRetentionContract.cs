using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every private store keeps to that lets go of exact work.</summary>
public abstract class ExactWorkRetentionContract<TStore>
    where TStore : IRunRecords, IPrivateEmbeddings, IExactWork, IMeasurements, IExactWorkRetention
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract TStore Store { get; }

    [Fact]
    public async Task Exact_work_of_the_run_goes_and_its_records_and_releases_stay()
    {
        var next = $"{_run}-2";
        await FillAsync(_run);
        await FillAsync(next);

        Assert.Equal(0, await Store.DeleteExactWorkAsync(_run, None));

        Assert.Equal((false, false, false), await ExactWorkOfAsync(_run));
        Assert.Equal("first", (await Store.ReadRecordAsync<Note>(_run, "plan", None))!.Text);
        Assert.Equal(new[] { 5L }, (await Store.ReadMeasurementAsync(_run, "iteration-001", 0, None))!);
        Assert.Equal((true, true, true), await ExactWorkOfAsync(next));
    }

    [Fact]
    public async Task Letting_go_again_is_well_and_so_is_letting_go_of_nothing()
    {
        await FillAsync(_run);
        await Store.DeleteExactWorkAsync(_run, None);
        Assert.Equal(0, await Store.DeleteExactWorkAsync(_run, None));
        Assert.Equal(0, await Store.DeleteExactWorkAsync(UniqueName.Of("run"), None));
    }

    [Fact]
    public async Task Call_of_somebody_who_gave_up_is_cancelled_and_deletes_nothing()
    {
        await FillAsync(_run);
        await Stopped.CallsAsync(stop => Store.DeleteExactWorkAsync(_run, stop));
        Assert.Equal((true, true, true), await ExactWorkOfAsync(_run));
    }

    private async Task FillAsync(string run)
    {
        await Store.TryCreateRecordAsync(run, "plan", new Note("first"), None);
        await Store.PersistMeasurementAsync(run, "iteration-001", 0, new[] { 5L }, None);
        await Store.WriteEmbeddingsAsync(run, 0, new EmbeddingMatrix(1, 1), None);
        await Store.WriteVotesAsync(run, 12, 0, new[] { 1L }, None);
        await Store.WriteNeighboursAsync(run, 12, 0, new NeighbourTable(1, 1, [0]), None);
    }

    private async Task<(bool Embeddings, bool Votes, bool Neighbours)> ExactWorkOfAsync(string run) =>
        (await Store.ReadEmbeddingsAsync(run, 0, None) is not null,
            await Store.ReadVotesAsync(run, 12, 0, None) is not null,
            await Store.ReadNeighboursAsync(run, 12, 0, None) is not null);

    private sealed record Note(string Text);
}
