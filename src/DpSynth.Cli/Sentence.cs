namespace DpSynth.Cli;

/// <summary>What an exception says, for the person at the terminal.</summary>
internal static class Sentence
{
    /// <summary>The message of an argument's fault, without the parameter's name, which is the program's business.</summary>
    public static string Of(ArgumentException fault)
    {
        var suffix = $" (Parameter '{fault.ParamName}')";
        return fault.Message.EndsWith(suffix, StringComparison.Ordinal) ? fault.Message[..^suffix.Length] : fault.Message;
    }
}
