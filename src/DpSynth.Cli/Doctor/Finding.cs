namespace DpSynth.Cli.Doctor;

/// <summary>What one check found.</summary>
/// <param name="Subject">What was looked at.</param>
/// <param name="Ok">Whether it is as it should be.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do about it; null if all is well.</param>
internal sealed record Finding(string Subject, bool Ok, string Detail, string? Advice = null)
{
    /// <summary>All is well.</summary>
    public static Finding Good(string subject, string detail) => new(subject, Ok: true, detail);

    /// <summary>Something is wrong.</summary>
    public static Finding Bad(string subject, string detail, string advice) => new(subject, Ok: false, detail, advice);
}
