namespace DpSynth.Functions.Callers;

/// <summary>Who calls the API.</summary>
/// <param name="Id">The caller's object id in the tenant, or what stands for it on one machine; recorded with the runs it submits.</param>
/// <param name="Roles">The app roles it was given.</param>
public sealed record Caller(string Id, IReadOnlySet<string> Roles)
{
    /// <summary>Whether the caller has a role of <see cref="AppRoles"/>.</summary>
    public bool Has(string role) => Roles.Contains(role);

    /// <summary>Whether the caller may see a run that <paramref name="submittedBy"/> submitted.</summary>
    public bool MayRead(string? submittedBy) =>
        Has(AppRoles.ReadAllRuns) || (Has(AppRoles.SubmitRuns) && string.Equals(submittedBy, Id, StringComparison.Ordinal));
}

/// <summary>The app roles; <c>infra/app-roles.json</c> defines them for the app registration.</summary>
public static class AppRoles
{
    /// <summary>Submits runs; reads and cancels its own.</summary>
    public const string SubmitRuns = "Runs.Submit";

    /// <summary>Reads the runs of all callers, and refused requests.</summary>
    public const string ReadAllRuns = "Runs.Read.All";

    /// <summary>Acts for the datasets' owner: policies, budgets, private details of runs.</summary>
    public const string ManageDatasets = "Datasets.Manage";

    /// <summary>Pushes events, and may do nothing else; the name is the one that Event Grid's documentation asks for.</summary>
    public const string PushEvents = "AzureEventGridSecureWebhookSubscriber";

    /// <summary>All of them.</summary>
    public static IReadOnlySet<string> All { get; } =
        new HashSet<string>(StringComparer.Ordinal) { SubmitRuns, ReadAllRuns, ManageDatasets, PushEvents };
}
