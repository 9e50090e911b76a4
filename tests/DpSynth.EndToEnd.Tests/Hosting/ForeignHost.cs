using Azure.Storage.Queues;
using DpSynth.LocalHost.Events;
using DpSynth.Storage.Layout;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>
/// A host that somebody else started, such as Azure Functions Core Tools: its address and the two accounts that it works on, from the
/// environment. Its models come from its container <c>models</c>, into which <c>./dpsynth models push models/tiny-sd</c> puts the one that the
/// tests use. Without an address the tests start the local host. What only the local host can show is marked with the trait
/// <c>host = local</c>.
/// </summary>
/// <param name="Endpoint">Where it listens.</param>
/// <param name="PrivateStorage">The connection string of its private account.</param>
/// <param name="ExchangeStorage">The connection string of its exchange account.</param>
internal sealed record ForeignHost(Uri Endpoint, string PrivateStorage, string ExchangeStorage)
{
    private const string EndpointVariable = "DPSYNTH_TEST_HOST";

    private static readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The host; null if the local one is to be tested.</summary>
    public static ForeignHost? Given { get; } = Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint
        ? new(new Uri(endpoint), Require("PrivateStorage"), Require("AzureWebJobsStorage"))
        : null;

    /// <summary>
    /// Waits until no other test class is on the host, and keeps it until the answer is disposed of: all share its queues, and a worker
    /// that one class has set up for itself would take the jobs of another.
    /// </summary>
    public static async Task<IDisposable> TakeTurnAsync()
    {
        await _turn.WaitAsync();
        return new Turn();
    }

    /// <summary>Plays Event Grid on the host's accounts, which the local host does by itself.</summary>
    public static async Task<IReadOnlyList<IHostedService>> StartEventsAsync(StorageFixture storage)
    {
        var queues = new QueueServiceClient(storage.ExchangeStorage);
        var state = storage.NewDataFolder();
        IHostedService[] watchers =
        [
            new BlobWatcher(
                storage.PrivateAccount.Data,
                queues.GetQueueClient(ExchangeLayout.DatasetEvents),
                _ => true,
                Path.Combine(state, "uploads.json"),
                TimeSpan.Zero,
                NullLogger<BlobWatcher>.Instance),
            new BlobWatcher(
                storage.ExchangeAccount.Requests,
                queues.GetQueueClient(ExchangeLayout.RequestFiles),
                ExchangeLayout.IsRequestFile,
                Path.Combine(state, "requests.json"),
                TimeSpan.Zero,
                NullLogger<BlobWatcher>.Instance),
        ];
        foreach (var watcher in watchers)
        {
            await watcher.StartAsync(CancellationToken.None);
        }

        return watchers;
    }

    private static string Require(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{EndpointVariable} names a host, but {variable} does not say which storage it works on.");

    private sealed class Turn : IDisposable
    {
        public void Dispose() => _turn.Release();
    }
}
