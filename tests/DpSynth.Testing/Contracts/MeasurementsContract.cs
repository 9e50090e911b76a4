using DpSynth.Synthesis.Datasets;

namespace DpSynth.Testing.Contracts;

/// <summary>What every store of noisy measurements keeps to: drawn once, kept for ever.</summary>
public abstract class MeasurementsContract
{
    private const string Key = "iteration-001";

    private readonly string _run = UniqueName.Of("run");

    protected static CancellationToken None => CancellationToken.None;

    /// <summary>The store that is held to it.</summary>
    protected abstract IMeasurements Measurements { get; }

    [Fact]
    public async Task Part_that_has_not_been_released_is_null()
    {
        await Measurements.PersistMeasurementAsync(_run, Key, 1, new[] { 1L }, None);
        Assert.Null(await Measurements.ReadMeasurementAsync(_run, Key, 0, None));
        Assert.Null(await Measurements.ReadMeasurementAsync(_run, "class-counts", 1, None));
        Assert.Null(await Measurements.ReadMeasurementAsync(UniqueName.Of("run"), Key, 1, None));
    }

    [Theory]
    [InlineData]
    [InlineData(-3L, long.MinValue, long.MaxValue, 0L)]
    public async Task Release_comes_back_from_the_writing_and_from_every_reading(params long[] counts)
    {
        long[] handed = [.. counts];
        var answer = await Measurements.PersistMeasurementAsync(_run, Key, 0, handed, None);
        Assert.Equal(counts, answer);
        Array.Fill(handed, 7);
        Array.Fill(answer, 8);

        var read = (await Measurements.ReadMeasurementAsync(_run, Key, 0, None))!;
        Assert.Equal(counts, read);
        Array.Fill(read, 9);
        Assert.Equal(counts, (await Measurements.ReadMeasurementAsync(_run, Key, 0, None))!);
    }

    [Fact]
    public async Task Second_writer_gets_what_the_first_one_persisted()
    {
        await Measurements.PersistMeasurementAsync(_run, Key, 0, new[] { 1L, -7 }, None);
        Assert.Equal(new[] { 1L, -7 }, await Measurements.PersistMeasurementAsync(_run, Key, 0, new[] { 2L }, None));
        Assert.Equal(new[] { 1L, -7 }, (await Measurements.ReadMeasurementAsync(_run, Key, 0, None))!);
    }

    [Fact]
    public async Task First_release_persisted_is_the_release_for_all_who_persist_one_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Measurements.PersistMeasurementAsync(_run, Key, 0, new[] { i, -7L }, None)));
        var stored = (await Measurements.ReadMeasurementAsync(_run, Key, 0, None))!;
        Assert.All(answers, answer => Assert.Equal(stored, answer));
    }

    [Fact]
    public async Task Calls_of_somebody_who_gave_up_are_cancelled_and_release_nothing()
    {
        await Stopped.CallsAsync(
            stop => Measurements.PersistMeasurementAsync(_run, Key, 0, new[] { 1L }, stop),
            stop => Measurements.ReadMeasurementAsync(_run, Key, 0, stop));
        Assert.Null(await Measurements.ReadMeasurementAsync(_run, Key, 0, None));
    }
}
