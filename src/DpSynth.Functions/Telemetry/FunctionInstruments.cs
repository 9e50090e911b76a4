using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DpSynth.Synthesis.Runs;
using DpSynth.Synthesis.Telemetry;

namespace DpSynth.Functions.Telemetry;

/// <summary>
/// Measures the function app. Labels say what kind of work it was and how it ended, never of which run, dataset, class or owner; a span says no
/// more than they do.
/// </summary>
public sealed class FunctionInstruments
{
    private readonly Counter<long> _runs;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _releases;
    private readonly Counter<long> _webhooks;
    private readonly Histogram<double> _duration;

    /// <summary>
    /// Makes the instruments <c>dpsynth.runs.ended</c>, <c>dpsynth.requests.refused</c>, <c>dpsynth.releases</c>, <c>dpsynth.webhook.calls</c>
    /// and <c>dpsynth.activity.duration</c> (s).
    /// </summary>
    public FunctionInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create(TelemetrySource.Name);
        _runs = meter.CreateCounter<long>("dpsynth.runs.ended", "{run}", "Runs whose end was announced, by how they ended.");
        _refused = meter.CreateCounter<long>("dpsynth.requests.refused", "{request}", "Requests that were not let in.");
        _releases = meter.CreateCounter<long>("dpsynth.releases", "{release}", "Releases published.");
        _webhooks = meter.CreateCounter<long>("dpsynth.webhook.calls", "{call}", "Calls of webhooks, by how they ended.");
        _duration = meter.CreateHistogram<double>("dpsynth.activity.duration", "s", "Time that an activity of a run took.");
    }

    /// <summary>A run's end was announced.</summary>
    public void RunEnded(RunState state) => _runs.Add(1, Label("state", JsonNamingPolicy.CamelCase.ConvertName(state.ToString())));

    /// <summary>A request was not let in.</summary>
    public void RequestRefused() => _refused.Add(1);

    /// <summary>A release was published.</summary>
    public void Released() => _releases.Add(1);

    /// <summary>A webhook was called, or was to be.</summary>
    public void WebhookCalled(WebhookOutcome outcome) =>
        _webhooks.Add(1, Label("outcome", JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString())));

    /// <summary>Does the work of an activity, in a span of its name, and measures how long it takes.</summary>
    /// <param name="work">The work.</param>
    /// <param name="activity">The activity's name: the calling method's.</param>
    public async Task<T> MeasureAsync<T>(Func<Task<T>> work, [CallerMemberName] string activity = "")
    {
        ArgumentNullException.ThrowIfNull(work);
        using var span = TelemetrySource.Activities.StartActivity(activity);
        var began = TimeProvider.System.GetTimestamp();
        var outcome = "failed";
        try
        {
            var result = await work();
            outcome = "done";
            return result;
        }
        catch (OperationCanceledException)
        {
            outcome = "cancelled";
            throw;
        }
        finally
        {
            span?.SetTag("outcome", outcome);
            _duration.Record(TimeProvider.System.GetElapsedTime(began).TotalSeconds, Label("activity", activity), Label("outcome", outcome));
        }
    }

    /// <summary>Does the work of an activity that has no result.</summary>
    /// <inheritdoc cref="MeasureAsync{T}"/>
    public Task MeasureAsync(Func<Task> work, [CallerMemberName] string activity = "") => MeasureAsync(
        async () =>
        {
            await work();
            return true;
        },
        activity);

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}

/// <summary>How a call of a webhook ended.</summary>
public enum WebhookOutcome
{
    /// <summary>Its receiver took it.</summary>
    Taken,

    /// <summary>It was given up: the address may not be called, or its receiver does not want it.</summary>
    Refused,

    /// <summary>It failed; another may succeed.</summary>
    Failed,
}
