using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Http;

/// <summary>202 with the run's address in <c>Location</c> and its status in the body.</summary>
internal sealed class AcceptedRun(RunView view) : IResult
{
    /// <summary>Seconds after which asking again is worth it.</summary>
    private const string RetryAfter = "2";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var request = httpContext.Request;
        var prefix = request.Path.Value is { } path && path.IndexOf("/runs", StringComparison.Ordinal) is >= 0 and var end ? path[..end] : "/api";
        var status = $"{request.Scheme}://{request.Host}{request.PathBase}{prefix}/runs/{view.Id}";
        httpContext.Response.Headers.Location = status;
        httpContext.Response.Headers.RetryAfter = RetryAfter;
        var body = new RunAccepted(view, new RunLinks(status, $"{status}/cancel"));
        return Results.Json(body, SynthesisJson.Options, statusCode: StatusCodes.Status202Accepted).ExecuteAsync(httpContext);
    }
}

/// <summary>The body of a 202.</summary>
/// <param name="Run">The run as it stands.</param>
/// <param name="Links">Where to go on.</param>
internal sealed record RunAccepted(RunView Run, RunLinks Links);

/// <summary>A run's addresses.</summary>
/// <param name="Status">GET shows the run.</param>
/// <param name="Cancel">POST ends it.</param>
internal sealed record RunLinks(string Status, string Cancel);
