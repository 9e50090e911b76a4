using DpSynth.Functions.Callers;
using DpSynth.Functions.Http;
using DpSynth.Ledgers;
using DpSynth.Synthesis.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Budgets;

/// <summary>
/// The HTTP API of datasets' privacy budgets, for callers with the app role <see cref="AppRoles.ManageDatasets"/>. Errors are problem
/// details (RFC 9457).
/// </summary>
public sealed class BudgetsApi(IPrivacyLedger ledger, ILedgerAdministration administration, CallerReader callers)
{
    private const string Route = "datasets/{name}/budget";

    /// <summary>Shows a dataset's budget; nothing if its owner has approved nothing.</summary>
    [Function(nameof(GetBudget))]
    public Task<IResult> GetBudget(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = Route)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        ServeAsync(request, name, async _ => await ledger.ReadAsync(name, cancellationToken));

    /// <summary>
    /// Sets what a dataset may cost in all; the ledger records who did it. It may be set below what is spent: no further run is then admitted.
    /// </summary>
    [Function(nameof(SetBudget))]
    public Task<IResult> SetBudget(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = Route)] HttpRequest request, string name, CancellationToken cancellationToken) =>
        ServeAsync(request, name, async caller =>
        {
            var change = BudgetChange.Read(await RequestBody.ReadAsync(request, BudgetChange.MaximumLength, cancellationToken));
            var current = await ledger.ReadAsync(name, cancellationToken);
            if (current.Policy is null)
            {
                throw new RequestException(Refusal.NoPolicy, runId: null);
            }

            var cap = new LedgerCap(change.Epsilon, change.Delta ?? current.CapDelta);
            return PolicyChange.FindRaiseFault(current, cap, change.Confirm) is { } unconfirmed
                ? throw new RequestException(unconfirmed)
                : await administration.SetCapAsync(name, cap, caller.Id, change.Reason, cancellationToken);
        });

    private async Task<IResult> ServeAsync(HttpRequest request, string name, Func<Caller, Task<PrivacyBudget>> serve)
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
            return ApiJson.Ok(BudgetReport.Of(await serve(caller)));
        }
        catch (RequestException fault)
        {
            return Problem.Of(fault);
        }
        catch (InvalidDataException broken)
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The ledger cannot be used", broken.Message);
        }
    }
}
