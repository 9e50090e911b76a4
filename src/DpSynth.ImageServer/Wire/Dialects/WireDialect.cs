using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DpSynth.ImageServer.Wire.Dialects;

/// <summary>What the services do each in their own way: where the routes lie, how callers show who they are, what errors look like.</summary>
internal abstract class WireDialect
{
    private const string Generations = "images/generations";
    private const string Edits = "images/edits";

    private static readonly OpenAIDialect _openAI = new();
    private static readonly AzureDialect _azure = new();

    /// <summary>The header that names a request in its answer.</summary>
    public abstract string RequestIdHeader { get; }

    /// <summary>The dialect of a path.</summary>
    public static WireDialect Of(PathString path) => AzureDialect.Speaks(path) ? _azure : _openAI;

    /// <summary>Reads where a request goes; null if there is nothing.</summary>
    public abstract WireRoute? Route(HttpRequest request);

    /// <summary>What a caller shows as its key or token; null if nothing.</summary>
    public abstract string? CredentialOf(HttpRequest request);

    /// <summary>What is said to callers with a wrong key or token, which the message quotes: services do.</summary>
    public abstract WireError Unauthorized(string? credential);

    /// <summary>What is said where there is nothing.</summary>
    public abstract WireError NotFound(HttpRequest request);

    /// <summary>An error's object in the body.</summary>
    public abstract JsonObject Write(WireError error);

    /// <summary>Reads the operation, the end of a path; null if it is none.</summary>
    protected static bool? IsEdit(string operation) => operation switch
    {
        Generations => false,
        Edits => true,
        _ => null,
    };

    /// <summary>The token of the header <c>Authorization</c>; null if there is none.</summary>
    protected static string? Bearer(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } text && text.StartsWith("Bearer ", StringComparison.Ordinal) ? text["Bearer ".Length..] : null;
}

/// <summary>Where a request goes.</summary>
/// <param name="IsEdit">Whether it is an edit; else a generation.</param>
/// <param name="Deployment">The deployment; null where the body names a model.</param>
internal sealed record WireRoute(bool IsEdit, string? Deployment);
