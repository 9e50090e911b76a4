using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.Storage.Layout;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Accounts;

/// <summary>The exchange account: requests, candidates, releases, models and the queues. Nothing in it is private.</summary>
/// <param name="blobs">The account's blob service.</param>
/// <param name="queues">The account's queue service, with base64 messages.</param>
public sealed class ExchangeAccount(BlobServiceClient blobs, QueueServiceClient queues)
{
    /// <summary>The setting that names the account; the Functions host uses the same.</summary>
    public const string SettingName = "AzureWebJobsStorage";

    /// <summary>The account's blob service.</summary>
    public BlobServiceClient Blobs => blobs;

    /// <summary>The container <c>requests</c>.</summary>
    public BlobContainerClient Requests { get; } = blobs.GetBlobContainerClient(ExchangeLayout.Requests);

    /// <summary>The container <c>candidates</c>.</summary>
    public BlobContainerClient Candidates { get; } = blobs.GetBlobContainerClient(ExchangeLayout.Candidates);

    /// <summary>The container <c>releases</c>.</summary>
    public BlobContainerClient Releases { get; } = blobs.GetBlobContainerClient(ExchangeLayout.Releases);

    /// <summary>The container <c>models</c>.</summary>
    public BlobContainerClient Models { get; } = blobs.GetBlobContainerClient(ExchangeLayout.Models);

    /// <summary>Opens the account that the setting <see cref="SettingName"/> names.</summary>
    /// <param name="configuration">Holds the setting.</param>
    /// <param name="loggers">Where calls that failed are reported; null: nowhere.</param>
    /// <param name="policies">What every call to blobs goes through besides; null: nothing.</param>
    /// <exception cref="InvalidOperationException">The setting is missing or malformed; one sentence says what to set.</exception>
    public static ExchangeAccount FromConfiguration(IConfiguration configuration, ILoggerFactory? loggers = null, BlobCallPolicies? policies = null)
    {
        var setting = new StorageSetting(configuration, SettingName, loggers);
        return new ExchangeAccount(setting.CreateBlobs(policies), setting.CreateQueues());
    }

    /// <summary>A queue by its name in <see cref="ExchangeLayout"/>.</summary>
    public QueueClient Queue(string name) => queues.GetQueueClient(name);

    /// <summary>Makes the containers and queues that are not there yet.</summary>
    /// <exception cref="InvalidOperationException">One of the name is still being deleted.</exception>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => EnsureCreatedAsync(TimeProvider.System, cancellationToken);

    internal async Task EnsureCreatedAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var container in ExchangeLayout.Containers)
        {
            await Creation.EnsureAsync(
                $"container '{container}'",
                () => blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: cancellationToken),
                time,
                cancellationToken);
        }

        foreach (var queue in ExchangeLayout.Queues)
        {
            await Creation.EnsureAsync(
                $"queue '{queue}'", () => queues.GetQueueClient(queue).CreateIfNotExistsAsync(cancellationToken: cancellationToken), time, cancellationToken);
        }
    }
}
