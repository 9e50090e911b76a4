using System.Security.Cryptography;
using DpSynth.Functions.Callers;
using DpSynth.Functions.Http;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.EventPush;

/// <summary>
/// Takes events with requests that Event Grid, or another publisher of CloudEvents, pushes to the app. Off in Azure unless the installation
/// turns it on: the queue needs no way in from outside the network, and keeps what the app cannot take at once.
/// </summary>
public sealed partial class OnRequestPushed(
    RunStarter starter, CallerReader callers, IOptions<EventPushOptions> options, ILogger<OnRequestPushed> logger)
{
    /// <summary>The route, below the prefix of all routes.</summary>
    public const string Route = "events";

    /// <summary>Events of one push that are at work at the same time.</summary>
    private const int AtOnce = 16;

    private readonly EventPushOptions _options = options.Value;

    /// <summary>
    /// Answers the handshakes, and starts the runs that the events ask for, as <see cref="OnRunRequested"/> does for messages: 202 once all
    /// were taken. Nobody is known to have asked: an event says nothing about its publisher that was checked. An event that cannot be served is
    /// recorded with its reason and taken all the same: a failure would make Event Grid push it for a day, and it would be no better then.
    /// Where storage does not answer the call fails, and the events come again.
    /// </summary>
    [Function(nameof(OnRequestPushed))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "options", Route = Route)] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (callers.Refuse(request, AppRoles.PushEvents, out _) is { } refusal)
        {
            return refusal;
        }

        if (HttpMethods.IsOptions(request.Method))
        {
            return Welcome(request);
        }

        // Event Grid writes the name of the subscription in capitals.
        if (!string.IsNullOrEmpty(_options.Subscription)
            && !string.Equals(request.Headers["aeg-subscription-name"], _options.Subscription, StringComparison.OrdinalIgnoreCase))
        {
            return Stranger();
        }

        if (!PushedEvents.Understands(request.ContentType))
        {
            return Problem.Of(
                StatusCodes.Status415UnsupportedMediaType,
                "The events have no form that is known",
                "Send them as 'application/cloudevents+json', as 'application/cloudevents-batch+json', or as 'application/json'.");
        }

        PushedEvents pushed;
        try
        {
            var body = await RequestBody.ReadAsync(request, PushedEvents.MaximumBytes, cancellationToken);
            pushed = PushedEvents.Read(request.Headers, body, _options.Topic);
        }
        catch (BodyException fault)
        {
            return Problem.Of(fault);
        }
        catch (RequestException fault)
        {
            return Problem.Of(StatusCodes.Status400BadRequest, "The events cannot be read", fault.Message);
        }

        if (pushed.AreForeign)
        {
            return Stranger();
        }

        if (pushed.ValidationCode is { } code)
        {
            return Results.Json(new { validationResponse = code });
        }

        // An event at work is finished even if nobody waits for the answer any more.
        var strange = 0;
        await Parallel.ForEachAsync(pushed.Events, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) =>
        {
            if (!await TakeAsync(one, client, CancellationToken.None))
            {
                Interlocked.Increment(ref strange);
            }
        });

        // Whoever pushes what is no event has a mistake to mend, and hears of it; Event Grid does not push again after this answer.
        return strange == 0
            ? Results.StatusCode(StatusCodes.Status202Accepted)
            : Problem.Of(
                StatusCodes.Status400BadRequest,
                "The events cannot be read",
                $"{strange} of what was pushed are no events, neither in CloudEvents' form nor in Event Grid's own: look at the names of their attributes, "
                    + "such as 'specversion' or 'eventType'; the others were taken.");
    }

    private static IResult Welcome(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Allow = "OPTIONS, POST";
        if (PushedEvents.AskingOrigin(request) is not { } origin)
        {
            return Problem.Of(
                StatusCodes.Status403Forbidden, "Not welcome", "Only Event Grid's question is answered; other publishers push without asking.");
        }

        headers["WebHook-Allowed-Origin"] = origin;
        headers["WebHook-Allowed-Rate"] = "*";
        return Results.Ok();
    }

    private static IResult Stranger() => Problem.Of(
        StatusCodes.Status403Forbidden, "Not the subscription", "Events are taken from one subscription of one topic, and these come from elsewhere.");

    /// <summary>Starts what an event asks for, or records why not; false where it is no event.</summary>
    private async Task<bool> TakeAsync(BinaryData pushed, DurableTaskClient client, CancellationToken cancellationToken)
    {
        var envelope = RequestEnvelope.Read(pushed);
        try
        {
            var request = envelope?.Request ?? throw new RequestException("What was pushed is no event, neither in CloudEvents' form nor in Event Grid's own.");
            await starter.StartAsync(request, submittedBy: null, client, cancellationToken);
        }
        catch (RequestException fault)
        {
            await RejectAsync(fault.RunId, fault.Message);
        }
        catch (RunConflictException conflict)
        {
            // Under the event's id: the run id's own status belongs to the request that came first.
            await RejectAsync(null, conflict.Message);
        }

        return envelope is not null;

        Task RejectAsync(string? runId, string reason)
        {
            LogRefused(logger);
            var id = envelope?.Id is { Length: > 0 } given ? given : Convert.ToHexStringLower(SHA256.HashData(pushed.ToMemory().Span));
            return starter.RejectAsync(runId, id, reason, cancellationToken);
        }
    }

    [LoggerMessage(140, LogLevel.Warning, "A pushed event asked for a run that cannot be served; the reason stands with the refused requests.")]
    private static partial void LogRefused(ILogger logger);
}
