using DpSynth.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Callers;

/// <summary>Turns away callers that lack a role.</summary>
internal static class CallerRefusal
{
    /// <summary>Why the caller is not served; null if it is.</summary>
    /// <param name="callers">Knows callers.</param>
    /// <param name="request">The request.</param>
    /// <param name="role">The app role that is needed; null: any that lets its holder read runs.</param>
    /// <param name="caller">Who calls.</param>
    public static IResult? Refuse(this CallerReader callers, HttpRequest request, string? role, out Caller caller)
    {
        if (callers.Read(request) is not { } known)
        {
            caller = new Caller("", new HashSet<string>());
            return Problem.Of(StatusCodes.Status401Unauthorized, "Nobody is signed in", "Sign in with Microsoft Entra ID and send its token.");
        }

        caller = known;
        return (role is null ? known.Has(AppRoles.SubmitRuns) || known.Has(AppRoles.ReadAllRuns) : known.Has(role))
            ? null
            : Problem.Of(
                StatusCodes.Status403Forbidden,
                "The role is missing",
                $"This needs the app role '{role ?? AppRoles.SubmitRuns}'; ask the owner of the app registration for it.");
    }
}
