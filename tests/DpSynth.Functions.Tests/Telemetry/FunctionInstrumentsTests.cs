using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.Telemetry;

public sealed class FunctionInstrumentsTests : IDisposable
{
    private readonly Measurements _measurements = new();
    private readonly FunctionInstruments _instruments;

    public FunctionInstrumentsTests() => _instruments = new FunctionInstruments(_measurements.Factory);

    [Theory]
    [InlineData(RunState.Succeeded, "succeeded")]
    [InlineData(RunState.Failed, "failed")]
    [InlineData(RunState.Refused, "refused")]
    [InlineData(RunState.Cancelled, "cancelled")]
    public void Ended_runs_are_told_apart_by_their_state(RunState state, string label)
    {
        _instruments.RunEnded(state);
        Assert.Equal([$"dpsynth.runs.ended{{state={label}}}"], _measurements.Taken);
    }

    [Fact]
    public async Task Activity_is_measured_under_its_name_with_how_it_ended()
    {
        Assert.Equal(3, await _instruments.MeasureAsync(() => Task.FromResult(3)));
        await _instruments.MeasureAsync(() => Task.CompletedTask, "Other");
        await Assert.ThrowsAsync<IOException>(() => _instruments.MeasureAsync(() => throw new IOException("private"), "Other"));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => _instruments.MeasureAsync(() => Task.FromException(new OperationCanceledException()), "Other"));
        Assert.Equal(
            [
                $"dpsynth.activity.duration{{activity={nameof(Activity_is_measured_under_its_name_with_how_it_ended)},outcome=done}}",
                "dpsynth.activity.duration{activity=Other,outcome=done}",
                "dpsynth.activity.duration{activity=Other,outcome=failed}",
                "dpsynth.activity.duration{activity=Other,outcome=cancelled}",
            ],
            _measurements.Taken);
    }

    [Fact]
    public void Refused_requests_and_releases_are_counted_without_labels()
    {
        _instruments.RequestRefused();
        _instruments.Released();
        Assert.Equal(["dpsynth.requests.refused{}", "dpsynth.releases{}"], _measurements.Taken);
    }

    public void Dispose() => _measurements.Dispose();
}
