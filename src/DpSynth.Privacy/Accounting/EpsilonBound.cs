using System.Text.Json.Serialization;

namespace DpSynth.Privacy.Accounting;

/// <summary>What an accountant finds at one δ: ε with a certified interval.</summary>
/// <param name="Epsilon">What to report: a guaranteed upper bound in nats (equal to <paramref name="Upper"/>); +∞ if no finite ε holds at that δ.</param>
/// <param name="Lower">A certified lower bound of the composition's exact ε.</param>
/// <param name="Upper">A certified upper bound of the composition's exact ε.</param>
/// <param name="Accountant">Which accountant found it; never <see cref="AccountantKind.Auto"/>.</param>
public readonly record struct EpsilonBound(double Epsilon, double Lower, double Upper, AccountantKind Accountant);

/// <summary>The accountants.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AccountantKind>))]
public enum AccountantKind
{
    /// <summary>The tightest that covers the events.</summary>
    [JsonStringEnumMemberName("auto")]
    Auto,

    /// <summary>Gaussian differential privacy, exact for Gaussian measurements (arXiv 1905.02383).</summary>
    [JsonStringEnumMemberName("gdp")]
    Gdp,

    /// <summary>Privacy loss distributions.</summary>
    [JsonStringEnumMemberName("pld")]
    Pld,

    /// <summary>Rényi differential privacy.</summary>
    [JsonStringEnumMemberName("rdp")]
    Rdp,
}
