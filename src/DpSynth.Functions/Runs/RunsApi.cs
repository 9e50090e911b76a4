using DpSynth.Functions.Callers;
using DpSynth.Functions.Http;
using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>
/// The HTTP API of runs. Errors are problem details (RFC 9457). Callers need an app role: with <see cref="AppRoles.SubmitRuns"/> they
/// submit runs and see and cancel their own, with <see cref="AppRoles.ReadAllRuns"/> they see everybody's; with both they cancel any.
/// </summary>
/// <remarks>There are no function keys: App Service authentication stands before the app, and the app looks who it let in.</remarks>
public sealed class RunsApi(RunStarter starter, RunQueries queries, CallerReader callers, FunctionInstruments instruments)
{
    /// <summary>Most runs a list shows.</summary>
    private const int ListLimit = 200;

    /// <summary>How often, twice a second, a run that is to be cancelled is looked at whether it has begun.</summary>
    private const int LooksForBeginning = 20;

    /// <summary>
    /// Accepts a request: 202 with the run's address, 400 for a bad request, 409 if the run id is another request's, 408, 413 and 415 for a body that is
    /// slow, long, or not JSON.
    /// </summary>
    [Function(nameof(SubmitRun))]
    public async Task<IResult> SubmitRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (callers.Refuse(request, AppRoles.SubmitRuns, out var caller) is { } refusal)
        {
            return refusal;
        }

        try
        {
            var body = await RequestBody.ReadAsync(request, RunRequestReader.MaximumLength, cancellationToken);
            var runId = await starter.StartAsync(body, caller.Id, client, cancellationToken);
            return new AcceptedRun(await queries.FindAsync(
                runId, caller.MayRead, new OrchestrationStatus(client), cancellationToken) ?? new RunView { Id = runId, State = RunState.Pending });
        }
        catch (RequestException fault)
        {
            instruments.RequestRefused();
            return Problem.Of(fault);
        }
        catch (RunConflictException conflict)
        {
            instruments.RequestRefused();
            return Problem.Of(StatusCodes.Status409Conflict, "The run id is taken", conflict.Message);
        }
    }

    /// <summary>Shows one run.</summary>
    [Function(nameof(GetRun))]
    public async Task<IResult> GetRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        if (callers.Refuse(request, role: null, out var caller) is { } refusal)
        {
            return refusal;
        }

        return Identifier.IsValid(id) && await queries.FindAsync(id, caller.MayRead, new OrchestrationStatus(client), cancellationToken) is { } view
            ? ApiJson.Ok(view)
            : NotFound(id);
    }

    /// <summary>Lists runs, newest first; with <c>?rejected=true</c> the requests that were not served.</summary>
    [Function(nameof(ListRuns))]
    public async Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var rejected = bool.TryParse(request.Query["rejected"], out var wanted) && wanted;
        if (callers.Refuse(request, rejected ? AppRoles.ReadAllRuns : null, out var caller) is { } refusal)
        {
            return refusal;
        }

        var list = rejected ? queries.ListRejectedAsync(cancellationToken) : queries.ListAsync(
            caller.MayRead, new OrchestrationStatus(client), cancellationToken);
        var runs = new List<RunView>();
        await foreach (var view in list.WithCancellation(cancellationToken))
        {
            runs.Add(view);
            if (runs.Count == ListLimit)
            {
                break;
            }
        }

        return ApiJson.Ok(new RunList(runs));
    }

    /// <summary>
    /// Asks a run to end: 202; its state becomes <c>cancelled</c> at its next step. 409 if it has ended, 503 if it has not begun and does not
    /// within some seconds.
    /// </summary>
    [Function(nameof(CancelRun))]
    public async Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "runs/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (callers.Refuse(request, AppRoles.SubmitRuns, out var caller) is { } refusal)
        {
            return refusal;
        }

        if (!Identifier.IsValid(id) || await queries.FindAsync(id, caller.MayRead, new OrchestrationStatus(client), cancellationToken) is not { } run)
        {
            return NotFound(id);
        }

        if (run.State is not (RunState.Pending or RunState.Running))
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The run has ended", $"The run '{id}' has ended; there is nothing left to cancel.");
        }

        if (!await HasBegunAsync(id, client, cancellationToken))
        {
            return Problem.Of(StatusCodes.Status503ServiceUnavailable, "The run has not begun", $"The run '{id}' waits for its first step, and cannot "
                + "be cancelled before it: ask again in a minute.");
        }

        await client.RaiseEventAsync(id, RunEvents.CancelRequested, "requested", cancellationToken);
        return new AcceptedRun(await queries.FindAsync(
            id, caller.MayRead, new OrchestrationStatus(client), cancellationToken) ?? new RunView { Id = id, State = RunState.Running });
    }

    /// <summary>Waits for the run's first step: the task hub drops events for an orchestration that has not begun.</summary>
    private static async Task<bool> HasBegunAsync(string id, DurableTaskClient client, CancellationToken cancellationToken)
    {
        for (var looks = 0; looks < LooksForBeginning; looks++)
        {
            // A host that was killed in a run's first step leaves it pending, though it goes on: what it shows of itself tells.
            if (await client.GetInstanceAsync(id, getInputsAndOutputs: true, cancellationToken) is { } instance
                && (instance.RuntimeStatus != OrchestrationRuntimeStatus.Pending || instance.SerializedCustomStatus is not null))
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken);
        }

        return false;
    }

    private static IResult NotFound(string id) => Problem.Of(
        StatusCodes.Status404NotFound,
        "No such run",
        Identifier.IsValid(id) ? $"There is no run '{id}'." : $"A run id has {Identifier.Rule}.");
}

/// <summary>The answer of a list.</summary>
/// <param name="Runs">The runs, newest first.</param>
public sealed record RunList(IReadOnlyList<RunView> Runs);
