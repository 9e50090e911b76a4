using DpSynth.Ledgers;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Runs;

/// <summary>The door: lets a request in once it is valid in itself and within its dataset's policy, and registers it under its run id.</summary>
public sealed class RunAdmission(
    IRunRegistry registry, IPrivacyLedger ledger, IDatasetStore datasets, IWebhookRules webhooks, RunRequestReader reader, Methods methods, TimeProvider time)
{
    /// <summary>Reads, checks and registers a request.</summary>
    /// <param name="json">The request.</param>
    /// <param name="submittedBy">The caller's identity where one is known.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="RequestException">The request cannot be served.</exception>
    /// <exception cref="RunConflictException">The run id belongs to a different request.</exception>
    public async Task<AdmittedRun> AdmitAsync(string json, string? submittedBy, CancellationToken cancellationToken)
    {
        var request = reader.Read(json);
        if (await registry.ReadAsync(request.RunId, cancellationToken) is null)
        {
            if (request.Webhook is { } webhook && webhooks.FindFault(webhook) is { } refused)
            {
                throw new RequestException(refused, request.RunId);
            }

            if (await FindRefusalAsync(request, submittedBy, cancellationToken) is { } refusal)
            {
                throw new RequestException(refusal, request.RunId);
            }
        }

        if (await registry.RegisterAsync(request, submittedBy, cancellationToken) == Registration.Conflict)
        {
            throw new RunConflictException(request.RunId);
        }

        return new AdmittedRun(request, await registry.ReadEndAsync(request.RunId, cancellationToken) is not null);
    }

    private async Task<Refusal?> FindRefusalAsync(RunRequest request, string? submittedBy, CancellationToken cancellationToken)
    {
        var approved = (await ledger.ReadAsync(request.Dataset, cancellationToken)).Policy;
        return Guarantee.Of(request, approved, submittedBy).Refusal
            ?? (methods.Of(request).FindFault(request, request.ClassConditional ? approved!.Policy.Classes!.Count : 1) is { } unfit
                ? Refusal.Request(unfit)
                : await datasets.IsUploadingAsync(request.Dataset, cancellationToken) ? Refusal.Uploading : null);
    }

    /// <summary>Records why a message was not served.</summary>
    public Task RejectAsync(string? runId, string? messageId, string reason, CancellationToken cancellationToken) =>
        registry.RejectAsync(new Rejection(runId, messageId, reason, time.GetUtcNow()), cancellationToken);
}

/// <summary>Which addresses this installation may call when a run has ended.</summary>
public interface IWebhookRules
{
    /// <summary>Why an address is not called, in one sentence; null if it is.</summary>
    string? FindFault(Uri webhook);
}

/// <summary>A request that was let in.</summary>
/// <param name="Request">The request.</param>
/// <param name="HasEnded">Whether its run is over already: the request was delivered once more.</param>
public sealed record AdmittedRun(RunRequest Request, bool HasEnded);

/// <summary>The run id belongs to a different request.</summary>
public sealed class RunConflictException(string runId)
    : Exception($"The run id '{runId}' belongs to a different request; choose another id, or send the same request again.")
{
    /// <summary>The run id.</summary>
    public string RunId { get; } = runId;
}
