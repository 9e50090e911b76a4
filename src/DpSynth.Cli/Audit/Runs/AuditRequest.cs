using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Catalogue;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Audit.Runs;

/// <summary>A request turned to the audit's own dataset and run.</summary>
/// <param name="Request">The request as it will be served.</param>
/// <param name="Json">The same, to be put on the queue.</param>
internal sealed record AuditRequest(RunRequest Request, string Json)
{
    /// <summary>Reads a request and puts the audit's name in place of its dataset and run id.</summary>
    /// <param name="json">The request as it was written.</param>
    /// <param name="name">The audit's name; null for the request's run id with <c>-audit</c>.</param>
    /// <exception cref="RequestException">The request cannot be served as it stands.</exception>
    public static AuditRequest Read(string json, string? name)
    {
        var original = RequestParts.Reader.Read(json);
        var audit = NameArgument.Dataset(name ?? $"{original.RunId}-audit");
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var changed = JsonNode.Parse(json, documentOptions: options)!.AsObject();
        changed["runId"] = audit;
        changed["dataset"] = audit;
        var written = changed.ToJsonString();
        return new AuditRequest(RequestParts.Reader.Read(written), written);
    }
}
