using System.Text.Json;
using DpSynth.Catalogue;
using DpSynth.Cli.Connections;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Runs;

/// <summary>Puts a request on the queue <c>run-requests</c>, as any other system would.</summary>
internal static class RunSubmitter
{
    /// <summary>Checks a request and queues it.</summary>
    /// <param name="connection">The storage.</param>
    /// <param name="json">The request as it was written.</param>
    /// <param name="cancellationToken">Stops before the message is sent.</param>
    /// <exception cref="RequestException">The request cannot be served as it stands; nothing was queued.</exception>
    /// <exception cref="CommandException">The run id belongs to a different request; nothing was queued.</exception>
    public static async Task<SubmittedRequest> SubmitAsync(Connection connection, string json, CancellationToken cancellationToken)
    {
        var request = RequestParts.Reader.Read(json);
        await connection.EnsureCreatedAsync(cancellationToken);
        if (await connection.Registry.ReadAsync(request.RunId, cancellationToken) is { } registered && !AreSame(registered.Request, request))
        {
            throw new CommandException(
                ExitCode.Usage, $"The run id '{request.RunId}' belongs to a different request already: give this one another 'runId'.");
        }

        var sent = (await connection.ExchangeAccount.Queue(ExchangeLayout.RunRequests).SendMessageAsync(json, cancellationToken)).Value;
        return new SubmittedRequest(request, sent.MessageId, sent.InsertionTime);
    }

    private static bool AreSame(RunRequest one, RunRequest other) =>
        JsonSerializer.Serialize(one, SynthesisJson.Options) == JsonSerializer.Serialize(other, SynthesisJson.Options);
}

/// <summary>A request that was put on the queue.</summary>
/// <param name="Request">The request.</param>
/// <param name="MessageId">The message's id, under which stands why it was not served where its run id cannot say so.</param>
/// <param name="SentAt">When it came to the queue, by the clock of storage.</param>
internal sealed record SubmittedRequest(RunRequest Request, string MessageId, DateTimeOffset SentAt);
