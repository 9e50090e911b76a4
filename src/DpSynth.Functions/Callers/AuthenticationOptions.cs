namespace DpSynth.Functions.Callers;

/// <summary>How callers are known; configuration section <c>Authentication</c>.</summary>
public sealed class AuthenticationOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Authentication";

    /// <summary>The way in which callers are known.</summary>
    /// <value><see cref="AuthenticationMode.None"/>: nobody is let in until the installation says how.</value>
    public AuthenticationMode Mode { get; set; } = AuthenticationMode.None;
}

/// <summary>Ways in which callers are known.</summary>
public enum AuthenticationMode
{
    /// <summary>Not at all: every call is refused.</summary>
    None,

    /// <summary>
    /// App Service authentication stands before the app, has checked the caller's token, and replaces the header that says who it is.
    /// Without it anybody could write that header: set this only together with it.
    /// </summary>
    EasyAuth,

    /// <summary>Every caller is the developer, with all roles. For a host on the loopback address; refused in Azure.</summary>
    Development,
}
