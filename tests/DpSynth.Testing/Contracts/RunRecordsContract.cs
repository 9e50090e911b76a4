using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of a run's private records keeps to.</summary>
public abstract class RunRecordsContract
{
    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract IRunRecords Records { get; }

    [Fact]
    public async Task Record_that_is_not_there_is_null()
    {
        await Records.TryCreateRecordAsync(_run, "plan", new Note("first", []), None);
        Assert.Null(await Records.ReadRecordAsync<Note>(_run, "reserved", None));
        Assert.Null(await Records.ReadRecordAsync<Note>(UniqueName.Of("run"), "plan", None));
    }

    [Fact]
    public async Task Record_is_written_if_there_is_none_and_stays()
    {
        Assert.True(await Records.TryCreateRecordAsync(_run, "plan", new Note("first", [1]), None));
        Assert.False(await Records.TryCreateRecordAsync(_run, "plan", new Note("second", [2]), None));
        Assert.Equal("first", (await Records.ReadRecordAsync<Note>(_run, "plan", None))!.Text);
    }

    [Fact]
    public async Task Of_many_who_write_one_record_at_once_one_is_told_that_it_did_and_its_record_stands()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Records.TryCreateRecordAsync(_run, "plan", new Note($"{i}", []), None)));
        var winner = Assert.Single(answers.Index(), answer => answer.Item).Index;
        Assert.Equal($"{winner}", (await Records.ReadRecordAsync<Note>(_run, "plan", None))!.Text);
    }

    [Theory]
    [InlineData("plan", "plan.2")]
    [InlineData("é/ü", "é_ü")]
    [InlineData("a", "A")]
    public async Task Records_of_different_names_are_kept_apart(string one, string other)
    {
        await Records.TryCreateRecordAsync(_run, one, new Note("one", []), None);
        await Records.TryCreateRecordAsync(_run, other, new Note("other", []), None);
        Assert.Equal("one", (await Records.ReadRecordAsync<Note>(_run, one, None))!.Text);
        Assert.Equal("other", (await Records.ReadRecordAsync<Note>(_run, other, None))!.Text);
    }

    [Fact]
    public async Task Record_is_what_it_was_when_it_was_written()
    {
        int[] numbers = [1, int.MinValue];
        await Records.TryCreateRecordAsync(_run, "plan", new Note("é\n\"0\"", numbers), None);
        numbers[0] = 7;
        var read = (await Records.ReadRecordAsync<Note>(_run, "plan", None))!;
        Assert.Equal("é\n\"0\"", read.Text);
        Assert.Equal([1, int.MinValue], read.Numbers);
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_write_nothing()
    {
        await Stopped.CallsAsync(
            stop => Records.TryCreateRecordAsync(_run, "plan", new Note("first", []), stop),
            stop => Records.ReadRecordAsync<Note>(_run, "plan", stop));
        Assert.Null(await Records.ReadRecordAsync<Note>(_run, "plan", None));
    }

    private sealed record Note(string Text, int[] Numbers);
}
