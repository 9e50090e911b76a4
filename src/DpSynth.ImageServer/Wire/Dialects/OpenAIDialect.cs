using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DpSynth.ImageServer.Wire.Dialects;

/// <summary>OpenAI's: <c>/v1/images/…</c>, in Azure also <c>/openai/v1/images/…</c>.</summary>
internal sealed class OpenAIDialect : WireDialect
{
    private static readonly string[] _roots = ["/v1/", "/openai/v1/"];

    /// <inheritdoc/>
    public override string RequestIdHeader => "x-request-id";

    /// <inheritdoc/>
    public override WireRoute? Route(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        return Array.Find(_roots, root => path.StartsWith(root, StringComparison.Ordinal)) is { } root && IsEdit(path[root.Length..]) is { } isEdit
            ? new WireRoute(isEdit, null)
            : null;
    }

    /// <inheritdoc/>
    public override string? CredentialOf(HttpRequest request) => Bearer(request);

    /// <inheritdoc/>
    public override WireError Unauthorized(string? credential) =>
        new(StatusCodes.Status401Unauthorized, $"Incorrect API key provided: {credential}.", "invalid_request_error") { Code = "invalid_api_key" };

    /// <inheritdoc/>
    public override WireError NotFound(HttpRequest request) =>
        new(StatusCodes.Status404NotFound, $"Invalid URL ({request.Method} {request.Path})", "invalid_request_error");

    /// <inheritdoc/>
    public override JsonObject Write(WireError error) =>
        new() { ["message"] = error.Message, ["type"] = error.Type, ["param"] = error.Parameter, ["code"] = error.Code };
}
