using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Http;

/// <summary>Problem details (RFC 9457).</summary>
internal static class Problem
{
    /// <summary>A problem of a kind that its status code names.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="title">The kind of problem in a few words, always the same for the kind.</param>
    /// <param name="detail">One sentence: what was wrong, where, what to do.</param>
    public static IResult Of(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    /// <summary>A request that cannot be served: 400, or the status of what is wrong with its body.</summary>
    public static IResult Of(RequestException fault) => fault is BodyException body
        ? Of(body.Status, body.Title, body.Message)
        : Of(StatusCodes.Status400BadRequest, "The request cannot be served", fault.Message);
}
