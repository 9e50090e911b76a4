using System.Net;
using System.Net.Http.Json;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Runs;
using Microsoft.AspNetCore.Mvc;

namespace DpSynth.Cli.Connections;

/// <summary>Runs as the host's HTTP API shows them.</summary>
/// <param name="api">A client with the host's address.</param>
public sealed class ApiRuns(HttpClient api) : IRunSource
{
    /// <inheritdoc/>
    public async Task<RunView?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        using var answer = await api.GetAsync(Address(runId), cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await CheckAsync(answer, cancellationToken);
        return await answer.Content.ReadFromJsonAsync<RunView>(SynthesisJson.Options, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RunView>> ListAsync(bool rejected, CancellationToken cancellationToken)
    {
        using var answer = await api.GetAsync(new Uri(rejected ? "api/runs?rejected=true" : "api/runs", UriKind.Relative), cancellationToken);
        await CheckAsync(answer, cancellationToken);
        return (await answer.Content.ReadFromJsonAsync<RunListing>(SynthesisJson.Options, cancellationToken))?.Runs ?? [];
    }

    /// <inheritdoc/>
    public async Task CancelAsync(string runId, CancellationToken cancellationToken)
    {
        using var answer = await api.PostAsync(new Uri($"{Address(runId)}/cancel", UriKind.Relative), content: null, cancellationToken);
        await CheckAsync(answer, cancellationToken);
    }

    private static Uri Address(string runId) => new($"api/runs/{Uri.EscapeDataString(runId)}", UriKind.Relative);

    private static async Task CheckAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var exitCode = answer.StatusCode switch
        {
            HttpStatusCode.NotFound => ExitCode.NotFound,
            HttpStatusCode.BadRequest or HttpStatusCode.Conflict => ExitCode.Usage,
            _ => ExitCode.Failure,
        };
        var problem = answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
            ? await answer.Content.ReadFromJsonAsync<ProblemDetails>(cancellationToken)
            : null;
        throw new CommandException(exitCode, problem?.Detail ?? $"The host answered {(int)answer.StatusCode} ({answer.ReasonPhrase}).");
    }
}

/// <summary>A list of runs, as the API answers it and <c>--json</c> prints it.</summary>
/// <param name="Runs">The runs, newest first.</param>
public sealed record RunListing(IReadOnlyList<RunView> Runs);
