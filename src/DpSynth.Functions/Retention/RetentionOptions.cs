namespace DpSynth.Functions.Retention;

/// <summary>How long what ended runs leave behind is kept; configuration section <c>Retention</c>.</summary>
public sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Retention";

    /// <summary>What <see cref="IsValid"/> asks.</summary>
    public const string Rule = "Retention:Days must be 1 to 3650.";

    /// <summary>Days after a run's end for which its history, and its work, are kept.</summary>
    /// <value>30.</value>
    public int Days { get; set; } = 30;

    /// <summary>Whether embeddings, votes and candidates are kept for ever.</summary>
    /// <value>False.</value>
    public bool KeepWork { get; set; }

    /// <summary>Whether the days are in their range.</summary>
    public bool IsValid => Days is >= 1 and <= 3650;
}
