using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DpSynth.ImageServer.Wire.Dialects;

/// <summary>Azure OpenAI's: <c>/openai/deployments/NAME/images/…?api-version=…</c>, with a key in its own header or a token.</summary>
internal sealed class AzureDialect : WireDialect
{
    private static readonly PathString _root = new("/openai/deployments");

    /// <inheritdoc/>
    public override string RequestIdHeader => "apim-request-id";

    /// <summary>Whether a path is this dialect's.</summary>
    public static bool Speaks(PathString path) => path.StartsWithSegments(_root, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override WireRoute? Route(HttpRequest request) =>
        request.Path.StartsWithSegments(_root, StringComparison.Ordinal, out var rest)
        && rest.Value?.Split('/', 3) is ["", { Length: > 0 } deployment, var operation]
        && IsEdit(operation) is { } isEdit
        && !string.IsNullOrEmpty(request.Query["api-version"])
            ? new WireRoute(isEdit, deployment)
            : null;

    /// <inheritdoc/>
    public override string? CredentialOf(HttpRequest request) => request.Headers.TryGetValue("api-key", out var key) ? key.ToString() : Bearer(request);

    /// <inheritdoc/>
    public override WireError Unauthorized(string? credential) => new(
        StatusCodes.Status401Unauthorized, $"Access denied due to invalid subscription key or wrong API endpoint: {credential}.", "invalid_request_error");

    /// <inheritdoc/>
    public override WireError NotFound(HttpRequest request) => new(StatusCodes.Status404NotFound, "Resource not found", "invalid_request_error");

    /// <inheritdoc/>
    public override JsonObject Write(WireError error)
    {
        var written = new JsonObject
        {
            ["code"] = error.AzureCode ?? error.Code ?? error.Status.ToString(CultureInfo.InvariantCulture),
            ["message"] = error.Message,
        };
        if (error.Parameter is { } parameter)
        {
            written["param"] = parameter;
        }

        if (error.AzureInnerCode is { } inner)
        {
            written["inner_error"] = new JsonObject { ["code"] = inner };
        }

        return written;
    }
}
