using DpSynth.Functions.Http;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>The HTTP API of runs. Errors are problem details (RFC 9457); who has an answer can read, but neither end nor purge a run by it.</summary>
public sealed class RunsApi(RunStarter starter, RunViews views)
{
    /// <summary>Most runs a list shows.</summary>
    private const int ListLimit = 200;

    /// <summary>Accepts a request: 202 with the run's address, 400 for a bad request, 409 if the run id is another request's.</summary>
    [Function(nameof(SubmitRun))]
    public async Task<IResult> SubmitRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            var body = await RequestBody.ReadAsync(request, RunRequestReader.MaximumLength, cancellationToken);
            var runId = await starter.StartAsync(body, client, cancellationToken);
            return new AcceptedRun(await views.FindAsync(runId, client, cancellationToken) ?? new RunView { Id = runId, State = RunState.Pending });
        }
        catch (RequestException fault)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, "The request cannot be served", fault.Message);
        }
        catch (RunConflictException conflict)
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The run id is taken", conflict.Message);
        }
    }

    /// <summary>Shows one run.</summary>
    [Function(nameof(GetRun))]
    public async Task<IResult> GetRun(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs/{id}")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken) =>
        Identifier.IsValid(id) && await views.FindAsync(id, client, cancellationToken) is { } view
            ? ApiJson.Ok(view)
            : NotFound(id);

    /// <summary>Lists runs, newest first; with <c>?rejected=true</c> the requests that were not served.</summary>
    [Function(nameof(ListRuns))]
    public async Task<IResult> ListRuns(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "runs")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var list = bool.TryParse(request.Query["rejected"], out var rejected) && rejected
            ? views.ListRejectedAsync(cancellationToken)
            : views.ListAsync(client, cancellationToken);
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

    /// <summary>Asks a run to end: 202; its state becomes <c>cancelled</c> at its next step. 409 if it has ended.</summary>
    [Function(nameof(CancelRun))]
    public async Task<IResult> CancelRun(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "runs/{id}/cancel")] HttpRequest request,
        string id,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (!Identifier.IsValid(id) || await client.GetInstanceAsync(id, cancellation: cancellationToken) is not { } instance)
        {
            return NotFound(id);
        }

        if (instance.IsCompleted)
        {
            return Problem.Of(StatusCodes.Status409Conflict, "The run has ended", $"The run '{id}' has ended; there is nothing left to cancel.");
        }

        await client.RaiseEventAsync(id, PrivateEvolutionOrchestrator.CancelRequestedEvent, "requested", cancellationToken);
        return new AcceptedRun(await views.FindAsync(id, client, cancellationToken) ?? new RunView { Id = id, State = RunState.Running });
    }

    private static IResult NotFound(string id) => Problem.Of(
        StatusCodes.Status404NotFound,
        "No such run",
        Identifier.IsValid(id) ? $"There is no run '{id}'." : $"A run id has {Identifier.Rule}.");
}

/// <summary>The answer of a list.</summary>
/// <param name="Runs">The runs, newest first.</param>
public sealed record RunList(IReadOnlyList<RunView> Runs);
