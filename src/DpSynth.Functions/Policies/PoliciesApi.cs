using System.Text.Json;
using System.Text.Json.Serialization;
using DpSynth.Functions.Callers;
using DpSynth.Functions.Http;
using DpSynth.Ledgers;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Policies;

/// <summary>
/// The HTTP API of what belongs to a dataset's owner: its policy, and the private details of runs. For callers with the app role
/// <see cref="AppRoles.ManageDatasets"/>. Errors are problem details (RFC 9457).
/// </summary>
public sealed class PoliciesApi(
    IPrivacyLedger ledger, ILedgerAdministration administration, IRunRegistry registry, IOwnerDetails details, CallerReader callers)
{
    private const string Route = "datasets/{name}/policy";

    private const int MaxBody = 256 * 1024;

    private static readonly JsonSerializerOptions _json = new(SynthesisJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
    };

    /// <summary>Shows a dataset's policy; 404 if it has none.</summary>
    [Function(nameof(GetPolicy))]
    public Task<IResult> GetPolicy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        ServeAsync(request, name, async _ => PolicyReport.Of(await ledger.ReadAsync(name, cancellationToken)) is { } report
            ? ApiJson.Ok(report)
            : Problem.Of(StatusCodes.Status404NotFound, "No policy", Refusal.NoPolicy.Sentence));

    /// <summary>Approves a policy; the ledger records who did it and why. A cap that is raised has to be confirmed.</summary>
    [Function(nameof(SetPolicy))]
    public Task<IResult> SetPolicy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        ServeAsync(request, name, async caller =>
        {
            var change = Read(await RequestBody.ReadAsync(request, MaxBody, cancellationToken));
            if (change.FindFault(await ledger.ReadAsync(name, cancellationToken)) is { } fault)
            {
                throw new RequestException(fault);
            }

            return ApiJson.Ok(PolicyReport.Of(
                await administration.SetPolicyAsync(name, change.Policy, change.Cap, caller.Id, change.Reason, cancellationToken))!);
        });

    /// <summary>Shows what happened in a run, as only the dataset's owner may know it.</summary>
    [Function(nameof(GetRunDetails))]
    public async Task<IResult> GetRunDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runs/{id}/details")] HttpRequest request, string id, CancellationToken cancellationToken)
    {
        if (callers.Refuse(request, AppRoles.ManageDatasets, out _) is { } refusal)
        {
            return refusal;
        }

        return Identifier.IsValid(id) && await registry.ReadAsync(id, cancellationToken) is not null
            ? ApiJson.Ok(new RunDetails(await details.ListDetailsAsync(id, cancellationToken)))
            : Problem.Of(
                StatusCodes.Status404NotFound, "No such run", Identifier.IsValid(id) ? $"There is no run '{id}'." : $"A run id has {Identifier.Rule}.");
    }

    private static PolicyChange Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<PolicyChange>(json, _json) ?? throw new JsonException();
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException or ArgumentException)
        {
            throw new RequestException(
                "The body must be a JSON object with 'policy', 'cap' (both objects), 'reason' and, if wanted, 'confirm', as the API's description has them.");
        }
    }

    private async Task<IResult> ServeAsync(HttpRequest request, string name, Func<Caller, Task<IResult>> serve)
    {
        if (callers.Refuse(request, AppRoles.ManageDatasets, out var caller) is { } refusal)
        {
            return refusal;
        }

        if (!Identifier.IsValid(name))
        {
            return Problem.Of(StatusCodes.Status404NotFound, "No such dataset", $"A dataset's name has {Identifier.Rule}.");
        }

        try
        {
            return await serve(caller);
        }
        catch (RequestException fault)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, "The policy cannot be approved", fault.Message);
        }
        catch (InvalidDataException broken)
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The ledger cannot be used", broken.Message);
        }
    }
}

/// <summary>A run's details, for the dataset's owner.</summary>
/// <param name="Details">In order of steps and codes.</param>
public sealed record RunDetails(IReadOnlyList<OwnerDetail> Details);
