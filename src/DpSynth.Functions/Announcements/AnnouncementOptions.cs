namespace DpSynth.Functions.Announcements;

/// <summary>How the ends of runs are announced; configuration section <c>Announcements</c>.</summary>
public sealed class AnnouncementOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Announcements";

    /// <summary>The <c>source</c> of all events: a URI reference that names this installation.</summary>
    /// <value><c>/dpsynth</c>.</value>
    public string Source { get; set; } = "/dpsynth";
}
