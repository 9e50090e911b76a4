using DpSynth.Synthesis.Sharing;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of shared records keeps to: whoever writes names the version it read, and loses if somebody else was faster.</summary>
public abstract class SharedRecordsContract
{
    private readonly SharedRecordId _id = new(UniqueName.Of("run"), "image-spending");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract ISharedRecords Records { get; }

    [Fact]
    public async Task Record_that_is_not_there_is_null() => Assert.Null(await Records.ReadAsync(_id, None));

    [Theory]
    [InlineData]
    [InlineData((byte)1, (byte)0, (byte)255)]
    public async Task Record_comes_back_with_the_version_that_its_writer_got(params byte[] content)
    {
        byte[] handed = [.. content];
        var version = await Records.TryWriteAsync(_id, handed, null, None);
        Array.Fill(handed, (byte)7);
        var read = (await Records.ReadAsync(_id, None))!;
        Assert.Equal(content, read.Content.ToArray());
        Assert.Equal(version, read.Version);
        Assert.NotNull(version);
    }

    [Fact]
    public async Task Who_read_the_last_version_writes_and_gets_the_next()
    {
        var first = await WriteAsync("1", null);
        var second = await WriteAsync("2", first);
        var third = await WriteAsync("3", (await Records.ReadAsync(_id, None))!.Version);
        Assert.Equal(3, new HashSet<string?> { first, second, third }.Count);
        Assert.Equal("3", await TextAsync());
    }

    [Fact]
    public async Task Who_read_an_earlier_version_loses_were_the_content_the_same_as_then()
    {
        var first = await WriteAsync("1", null);
        var second = await WriteAsync("2", first);
        await WriteAsync("1", second);
        Assert.Null(await WriteAsync("4", first));
        Assert.Null(await WriteAsync("4", second));
        Assert.Equal("1", await TextAsync());
    }

    [Fact]
    public async Task Who_read_that_there_was_none_loses_where_there_is_one()
    {
        await WriteAsync("1", null);
        Assert.Null(await WriteAsync("2", null));
        Assert.Equal("1", await TextAsync());
    }

    [Fact]
    public async Task Who_read_a_record_loses_where_there_is_none()
    {
        var version = await Records.TryWriteAsync(_id with { Name = "other" }, "1"u8.ToArray(), null, None);
        Assert.Null(await WriteAsync("2", version));
        Assert.Null(await Records.ReadAsync(_id, None));
    }

    [Fact]
    public async Task Of_many_who_read_one_version_one_writes()
    {
        var version = await WriteAsync("first", null);
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => WriteAsync($"{i}", version)));
        var winner = Assert.Single(answers.Index(), answer => answer.Item is not null).Index;
        Assert.Equal($"{winner}", await TextAsync());
    }

    [Fact]
    public async Task Records_are_kept_apart_by_run_and_name()
    {
        var shared = new SharedRecordId(null, UniqueName.Of("worker"));
        SharedRecordId[] ids = [_id, _id with { Name = "other" }, _id with { RunId = $"{_id.RunId}-2" }, shared];
        foreach (var (i, id) in ids.Index())
        {
            Assert.NotNull(await Records.TryWriteAsync(id, new[] { (byte)i }, null, None));
        }

        foreach (var (i, id) in ids.Index())
        {
            Assert.Equal([(byte)i], (await Records.ReadAsync(id, None))!.Content.ToArray());
        }
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_write_nothing()
    {
        await Stopped.CallsAsync(
            stop => Records.TryWriteAsync(_id, "1"u8.ToArray(), null, stop),
            stop => Records.ReadAsync(_id, stop));
        Assert.Null(await Records.ReadAsync(_id, None));
    }

    private Task<string?> WriteAsync(string text, string? version) =>
        Records.TryWriteAsync(_id, System.Text.Encoding.UTF8.GetBytes(text), version, None);

    private async Task<string> TextAsync() => System.Text.Encoding.UTF8.GetString((await Records.ReadAsync(_id, None))!.Content.Span);
}
