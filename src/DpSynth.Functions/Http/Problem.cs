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
}
