using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Functions.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost;

/// <summary>
/// Closes the runs that earlier versions have left at work. Their engine kept journals of its own in the container
/// <c>&lt;hub&gt;-journal</c>, which nothing reads any more: without this the runs would stand still, and what they reserved of their datasets'
/// budgets with them. The container is marked and left where it is.
/// </summary>
internal sealed partial class RunsOfEarlierVersions(
    BlobServiceClient exchange, string hubName, IServiceProvider services, ILogger<RunsOfEarlierVersions> logger) : IHostedService
{
    private const string Reason =
        "The run was begun by an earlier version of DpSynth, and this version cannot go on with it: submit its request again under a new run id.";

    private const string Mark = "dpsynthclosed";
    private const string Instances = "instances/";

    private static readonly string[] _ended = ["Completed", "Failed", "Terminated"];

    private readonly List<string> _closed = [];

    /// <summary>The runs that this start has closed.</summary>
    public IReadOnlyList<string> Closed => _closed;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var journals = exchange.GetBlobContainerClient(hubName.ToLowerInvariant() + "-journal");
        try
        {
            if ((await journals.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.Metadata.ContainsKey(Mark))
            {
                return;
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return;
        }

        await foreach (var blob in journals.GetBlobsAsync(new() { Traits = BlobTraits.Metadata, Prefix = Instances }, cancellationToken))
        {
            if (!blob.Metadata.TryGetValue("status", out var status) || !_ended.Contains(status))
            {
                await EndAsync(Uri.UnescapeDataString(blob.Name[Instances.Length..]), cancellationToken);
            }
        }

        await journals.SetMetadataAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [Mark] = "true" }, cancellationToken: cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task EndAsync(string runId, CancellationToken cancellationToken)
    {
        if (services.GetService<StrandedRuns>() is { } runs && await runs.EndAsync(runId, Reason, cancellationToken) is { } outcome)
        {
            _closed.Add(runId);
            LogEnded(logger, runId, outcome.EpsilonSpent);
        }
        else
        {
            LogForgotten(logger, runId);
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The run {RunId} was begun by an earlier version of DpSynth, whose engine is gone. It is closed as failed: "
            + "the ε of {Epsilon:0.###} that it had spent stays spent, the rest of what it had reserved is free. "
            + "Submit its request again under a new run id.")]
    private static partial void LogEnded(ILogger logger, string runId, double epsilon);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The orchestration {InstanceId} was begun by an earlier version of DpSynth, whose engine is gone: it does not go on.")]
    private static partial void LogForgotten(ILogger logger, string instanceId);
}
