using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Cli.Host;

/// <summary>Storage on this machine, and the host that serves it if there is one.</summary>
/// <param name="settings">Holds <c>PrivateStorage</c> and <c>AzureWebJobsStorage</c>.</param>
/// <param name="owned">What ends with this object; null for what somebody else runs.</param>
internal sealed class LocalEnd(IConfiguration settings, IAsyncDisposable? owned) : IAsyncDisposable
{
    /// <summary>The two accounts' settings.</summary>
    public IConfiguration Settings => settings;

    /// <summary>What the clients of the storage must be made with; null for nothing.</summary>
    public BlobCallPolicies? CallPolicies { get; init; }

    /// <summary>The host's address; null for storage alone.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Completes if the host ends by itself.</summary>
    public Task Ended { get; init; } = Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => owned?.DisposeAsync() ?? ValueTask.CompletedTask;
}
