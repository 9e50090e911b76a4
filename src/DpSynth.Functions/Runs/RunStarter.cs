using Azure.Storage.Queues.Models;
using DpSynth.Functions.Telemetry;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DpSynth.Functions.Runs;

/// <summary>Lets a request in and starts its orchestration, once: the instance id is the run id.</summary>
public sealed class RunStarter(RunAdmission admission, IEnumerable<IMethodOrchestration> methods, FunctionInstruments instruments)
{
    /// <summary>Admits the request and sees to it that its run is started.</summary>
    /// <param name="json">The request.</param>
    /// <param name="submittedBy">The caller's identity where one is known.</param>
    /// <param name="client">Starts the orchestration.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The run's id.</returns>
    /// <exception cref="RequestException">The request cannot be served.</exception>
    /// <exception cref="RunConflictException">The run id belongs to a different request.</exception>
    public async Task<string> StartAsync(string json, string? submittedBy, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        var admitted = await admission.AdmitAsync(json, submittedBy, cancellationToken);
        if (!admitted.HasEnded)
        {
            await StartAsync(admitted.Request, client, cancellationToken);
        }

        return admitted.Request.RunId;
    }

    /// <summary>Sees to it that a registered run is started.</summary>
    /// <param name="request">Its request.</param>
    /// <param name="client">Starts the orchestration.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task StartAsync(RunRequest request, DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(client);

        // Older hosts ignore the dedupe statuses and would overwrite an ended instance, so look first.
        if (await client.GetInstanceAsync(request.RunId, cancellation: cancellationToken) is not null)
        {
            return;
        }

        var method = methods.Single(method => method.Method == request.Method);
        var options = new StartOrchestrationOptions(request.RunId).WithDedupeStatuses([.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses]);
        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(method.Orchestrator, method.Begin(request), options, cancellationToken);
        }
        catch (OrchestrationAlreadyExistsException)
        {
            // The same request was delivered twice at the same time; the other one started the run.
        }
    }

    /// <summary>After so many tries the host puts a message on its poison queue: <c>maxDequeueCount</c> of <c>host.json</c>.</summary>
    public const int Tries = 5;

    /// <summary>
    /// Records that a message goes to its poison queue for a fault that is not the request's: storage that did not answer, or a mistake of the app. It says
    /// nothing of the fault, which the log describes.
    /// </summary>
    public async Task RecordLostAsync(QueueMessage message, string queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (message.DequeueCount >= Tries)
        {
            await admission.RejectAsync(
                null,
                message.MessageId,
                $"The message on '{queue}' could not be worked on in {Tries} tries, for a fault that the app's log describes; "
                    + "send it again when that is mended.",
                cancellationToken);
        }
    }

    /// <summary>Records why a queue message was not served, where its sender will find it.</summary>
    public Task RejectAsync(string? runId, QueueMessage message, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);

        // The message comes again until it is poison.
        if (message.DequeueCount == 1)
        {
            instruments.RequestRefused();
        }

        return admission.RejectAsync(runId, message.MessageId, reason, cancellationToken);
    }

    /// <summary>Records why a pushed event was not served, under the id that its publisher gave it.</summary>
    public Task RejectAsync(string? runId, string eventId, string reason, CancellationToken cancellationToken)
    {
        instruments.RequestRefused();
        return admission.RejectAsync(runId, eventId, reason, cancellationToken);
    }
}
