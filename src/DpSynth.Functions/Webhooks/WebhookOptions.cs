namespace DpSynth.Functions.Webhooks;

/// <summary>Which addresses may be called when runs have ended, and how calls are signed; configuration section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Webhooks";

    /// <summary>What <see cref="IsValid"/> asks.</summary>
    public const string Rule =
        "Webhooks:Secret must be base64 of 24 to 64 random bytes (it may begin with 'whsec_'), and is needed as soon as Webhooks:AllowedHosts names a host.";

    private const string SecretPrefix = "whsec_";

    /// <summary>Hosts that may be called, separated by commas; <c>*.example.org</c> stands for everything below it. Others are refused.</summary>
    /// <value>Empty: no host, and no request may name a webhook.</value>
    public string AllowedHosts { get; set; } = "";

    /// <summary>Those of the allowed hosts that may have private addresses, in the same form. Others are called at public addresses only.</summary>
    /// <value>Empty: none.</value>
    public string PrivateHosts { get; set; } = "";

    /// <summary>The key that calls are signed with, as base64; receivers hold the same.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Whether calls can be signed.</summary>
    public bool IsValid => Secret.Length == 0 ? AllowedHosts.Length == 0 : Key is { Length: >= 24 and <= 64 };

    /// <summary>The key's bytes; null if the secret is not base64.</summary>
    internal byte[]? Key
    {
        get
        {
            var text = Secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? Secret.AsSpan(SecretPrefix.Length) : Secret;
            var bytes = new byte[text.Length];
            return Convert.TryFromBase64Chars(text, bytes, out var length) ? bytes[..length] : null;
        }
    }

    /// <summary>Whether a host may be called.</summary>
    internal bool Allows(string host) => Lists(AllowedHosts, host);

    /// <summary>Whether a host may be called at a private address.</summary>
    internal bool AllowsPrivateAddressesOf(string host) => Lists(PrivateHosts, host);

    private static bool Lists(string hosts, string host) => hosts
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Any(listed => listed.StartsWith("*.", StringComparison.Ordinal)
            ? host.Length > listed.Length - 1 && host.EndsWith(listed[1..], StringComparison.OrdinalIgnoreCase)
            : string.Equals(listed, host, StringComparison.OrdinalIgnoreCase));
}
