namespace DpSynth.Cli.Accounting;

/// <summary>Numbers as they are typed: out of range they are a usage error in one sentence.</summary>
internal static class Number
{
    /// <summary>A number above 0, kept exactly.</summary>
    public static ExactDecimal Positive(string option, string text) => ExactDecimal.TryParse(text, out var value)
        ? value
        : throw new CommandException(ExitCode.Usage, $"{option} is {text}; it must be a number above 0, such as 2 or 0.5.");

    /// <summary>A δ.</summary>
    public static double Delta(string option, double value) => value is > 0 and < 1
        ? value
        : throw new CommandException(ExitCode.Usage, $"{option} is {value}; it must lie strictly between 0 and 1.");

    /// <summary>An ε.</summary>
    public static double Epsilon(string option, double value) => value > 0 && double.IsFinite(value)
        ? value
        : throw new CommandException(ExitCode.Usage, $"{option} is {value}; it must be above 0 and finite.");
}
