using System.Text.Json;
using Azure.Messaging;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Functions.Announcements;

/// <summary>
/// The word that a run is over, as a CloudEvent (1.0, structured JSON). It says what the run's status shows and nothing more, and is
/// the same however often it is made, so that receivers can tell repetitions by <c>source</c> and <c>id</c>.
/// </summary>
public sealed record RunAnnouncement
{
    /// <summary>What the types of all announcements begin with; the final state follows.</summary>
    public const string TypePrefix = "dpsynth.run.";

    /// <summary>What stands in the place of a reason where an announcement leaves the installation.</summary>
    public const string ReasonKept = "The run's status says why.";

    private RunAnnouncement(string id, BinaryData json)
    {
        Id = id;
        Json = json;
    }

    /// <summary>The event's id: always the same for a run.</summary>
    public string Id { get; }

    /// <summary>The event.</summary>
    public BinaryData Json { get; }

    /// <summary>Announces the end of a run.</summary>
    /// <param name="view">The run's status, as the API shows it.</param>
    /// <param name="at">When the run ended.</param>
    /// <param name="source">Which installation says so.</param>
    public static RunAnnouncement Of(RunView view, DateTimeOffset at, string source)
    {
        ArgumentNullException.ThrowIfNull(view);
        var state = JsonNamingPolicy.CamelCase.ConvertName(view.State.ToString());
        var announcement = new CloudEvent(
            source, TypePrefix + state, BinaryData.FromObjectAsJson(view, SynthesisJson.Options), "application/json", CloudEventDataFormat.Json)
        {
            Id = $"{view.Id}-ended",
            Subject = $"runs/{view.Id}",
            Time = at,
        };
        return new RunAnnouncement(announcement.Id, BinaryData.FromObjectAsJson(announcement));
    }

    /// <summary>
    /// Announces the end of a run to somebody outside the installation, without the reason: that may name files of the private dataset,
    /// which are for its owner alone.
    /// </summary>
    /// <inheritdoc cref="Of"/>
    public static RunAnnouncement Outside(RunView view, DateTimeOffset at, string source)
    {
        ArgumentNullException.ThrowIfNull(view);
        return Of(view.Reason is null ? view : view with { Reason = ReasonKept }, at, source);
    }
}
