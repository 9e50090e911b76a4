using System.Net;
using Microsoft.AspNetCore.Http;

namespace DpSynth.LocalHost.Http;

/// <summary>
/// Refuses calls that a browser makes for somebody else's page. The host asks for no credentials, for only this machine reaches it; a page can have its
/// reader's browser call it all the same, under a name of its own that it lets point to the loopback address, or across origins. In Azure, App Service's
/// front looks at names, and callers show tokens that no browser adds by itself.
/// </summary>
internal static class OwnPages
{
    /// <summary>The middleware: 421 for a foreign name, 403 for a foreign page.</summary>
    public static Task RefuseOthersAsync(HttpContext http, RequestDelegate next)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(next);
        if (!IsLoopback(http.Request.Host.Host))
        {
            return HttpFunctions.WriteProblemAsync(
                http,
                StatusCodes.Status421MisdirectedRequest,
                "Not this host",
                "This host serves its own machine only: call it as 'localhost', or by a loopback address such as 127.0.0.1.");
        }

        // A browser names the page's origin with whatever it sends across origins, and with all that may change something.
        if (http.Request.Headers.Origin is { Count: > 0 } origins
            && !(origins is [{ } origin] && string.Equals(origin, $"{http.Request.Scheme}://{http.Request.Host}", StringComparison.OrdinalIgnoreCase)))
        {
            return HttpFunctions.WriteProblemAsync(
                http, StatusCodes.Status403Forbidden, "A foreign page", "Pages of other origins may not call this host; call it from a program.");
        }

        return next(http);
    }

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
