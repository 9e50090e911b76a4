using DpSynth.Synthesis.Sharing;
using DpSynth.Testing.InMemory;

namespace DpSynth.Synthesis.Tests.Sharing;

public sealed class SharedRecordTests
{
    private static readonly SharedRecordId Id = new("run", "tally");

    private readonly InMemorySharedRecords _records = new();

    [Fact]
    public async Task Changes_of_several_workers_are_all_kept()
    {
        var workers = Enumerable.Range(0, 4).Select(_ => Worker()).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => workers[i % 4].UpdateAsync(Add)));

        Assert.Equal(200, (await SharedRecord.ReadAsync<Tally>(_records, Id, default))!.Count);
        Assert.Equal(Enumerable.Range(1, 200), answers.Order());
    }

    [Fact]
    public async Task Changes_asked_for_during_a_write_go_together_into_the_next()
    {
        var worker = Worker();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => worker.UpdateAsync(Add)));

        Assert.InRange(_records.Writes, 1, 50);
    }

    [Fact]
    public async Task Write_whose_answer_is_lost_counts_once()
    {
        var worker = Worker();
        await worker.UpdateAsync(Add);

        // The store writes and then seems to say that somebody else was faster, as when a client repeats a write that had arrived.
        var lost = new LosingRecords(_records);
        var other = new SharedRecord<Tally>(lost, Id, new Tally(0));
        Assert.Equal(2, await other.UpdateAsync(Add));
        lost.LoseNext = true;
        Assert.Equal(3, await other.UpdateAsync(Add));

        Assert.Equal(3, (await SharedRecord.ReadAsync<Tally>(_records, Id, default))!.Count);
        Assert.Equal(4, await worker.UpdateAsync(Add));
    }

    [Fact]
    public async Task Failure_of_the_store_reaches_whoever_asked_and_passes()
    {
        var worker = Worker();
        _records.BeforeWrite = static () => throw new IOException("away");
        await Assert.ThrowsAsync<IOException>(() => worker.UpdateAsync(Add));
        _records.BeforeWrite = static () => { };

        Assert.Equal(1, await worker.UpdateAsync(Add));
    }

    private SharedRecord<Tally> Worker() => new(_records, Id, new Tally(0));

    private static (Tally Content, int Answer) Add(Tally tally) => (new Tally(tally.Count + 1), tally.Count + 1);

    private sealed record Tally(int Count);

    private sealed class LosingRecords(ISharedRecords records) : ISharedRecords
    {
        public bool LoseNext { get; set; }

        public Task<VersionedRecord?> ReadAsync(SharedRecordId id, CancellationToken cancellationToken) => records.ReadAsync(id, cancellationToken);

        public async Task<string?> TryWriteAsync(SharedRecordId id, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
        {
            var written = await records.TryWriteAsync(id, content, version, cancellationToken);
            var lose = LoseNext;
            LoseNext = false;
            return lose ? null : written;
        }
    }
}
