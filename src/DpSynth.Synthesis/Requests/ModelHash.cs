namespace DpSynth.Synthesis.Requests;

/// <summary>The rule for SHA-256 hashes as they stand in requests, recipes and indexes: 64 of <c>0-9 a-f</c>.</summary>
public static class ModelHash
{
    /// <summary>The rule as a regular expression.</summary>
    public const string Pattern = "^[0-9a-f]{64}$";

    /// <summary>The rule in words, for messages.</summary>
    public const string Rule = "a SHA-256 of 64 hexadecimal digits (0-9, a-f)";

    private const int Length = 64;
    private const int ShortLength = 12;

    /// <summary>Whether a text follows the rule.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: Length } && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The beginning of a hash, for messages.</summary>
    public static string Short(string hash)
    {
        ArgumentNullException.ThrowIfNull(hash);
        return hash.Length <= ShortLength ? hash : $"{hash[..ShortLength]}…";
    }
}
