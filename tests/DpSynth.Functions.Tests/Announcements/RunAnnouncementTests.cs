using Azure.Messaging;
using DpSynth.Functions.Announcements;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Tests.Announcements;

public sealed class RunAnnouncementTests
{
    private static readonly RunView _refused = new()
    {
        Id = "run-1",
        State = RunState.Refused,
        Reason = "The dataset 'patients' has 1 files that cannot be used as images (patients/sick/miller.png: truncated).",
    };

    [Fact]
    public void Reason_stays_inside_the_installation()
    {
        var inside = RunAnnouncement.Of(_refused, DateTimeOffset.UnixEpoch, "/dpsynth");
        var outside = RunAnnouncement.Outside(_refused, DateTimeOffset.UnixEpoch, "/dpsynth");

        Assert.Contains("miller", inside.Json.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("miller", outside.Json.ToString(), StringComparison.Ordinal);
        var told = CloudEvent.Parse(outside.Json)!.Data!.ToObjectFromJson<RunView>(SynthesisJson.Options)!;
        Assert.Equal((_refused.Id, _refused.State, RunAnnouncement.ReasonKept), (told.Id, told.State, told.Reason));
        Assert.Equal(inside.Id, outside.Id);
    }

    [Fact]
    public void Run_without_a_reason_is_announced_alike_inside_and_outside()
    {
        var view = _refused with { State = RunState.Succeeded, Reason = null };

        Assert.Equal(
            RunAnnouncement.Of(view, DateTimeOffset.UnixEpoch, "/dpsynth").Json.ToString(),
            RunAnnouncement.Outside(view, DateTimeOffset.UnixEpoch, "/dpsynth").Json.ToString());
    }
}
