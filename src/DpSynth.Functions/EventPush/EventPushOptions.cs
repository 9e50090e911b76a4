namespace DpSynth.Functions.EventPush;

/// <summary>Who may push events to the app; configuration section <c>EventPush</c>.</summary>
public sealed class EventPushOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "EventPush";

    /// <summary>Resource id of the one Event Grid topic whose events are taken.</summary>
    /// <remarks>Events in Event Grid's schema name their topic. CloudEvents name their publisher instead, and are taken whatever the topic.</remarks>
    /// <value>Null or empty: the topic is not looked at, as on one machine.</value>
    public string? Topic { get; set; }

    /// <summary>Name of the one subscription of the topic that may push.</summary>
    /// <value>Null or empty: the subscription is not looked at.</value>
    public string? Subscription { get; set; }
}
