using Azure.Storage.Blobs;
using DpSynth.Storage.Layout;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Accounts;

/// <summary>The private account: the owners' images, what is derived from them, the ledgers. Workers never hold one.</summary>
/// <param name="service">The account's blob service.</param>
public sealed class PrivateAccount(BlobServiceClient service)
{
    /// <summary>The setting that names the account.</summary>
    public const string SettingName = "PrivateStorage";

    /// <summary>The container <c>private-data</c>.</summary>
    public BlobContainerClient Data { get; } = service.GetBlobContainerClient(PrivateLayout.Data);

    /// <summary>The container <c>private-work</c>.</summary>
    public BlobContainerClient Work { get; } = service.GetBlobContainerClient(PrivateLayout.Work);

    /// <summary>The container <c>ledgers</c>.</summary>
    public BlobContainerClient Ledgers { get; } = service.GetBlobContainerClient(PrivateLayout.Ledgers);

    /// <summary>The container <c>ledger-heads</c>.</summary>
    public BlobContainerClient LedgerHeads { get; } = service.GetBlobContainerClient(PrivateLayout.LedgerHeads);

    /// <summary>Opens the account that the setting <see cref="SettingName"/> names.</summary>
    /// <param name="configuration">Holds the setting.</param>
    /// <param name="loggers">Where calls that failed are reported; null: nowhere.</param>
    /// <param name="policies">What every call to blobs goes through besides; null: nothing.</param>
    /// <exception cref="InvalidOperationException">The setting is missing or malformed; one sentence says what to set.</exception>
    public static PrivateAccount FromConfiguration(IConfiguration configuration, ILoggerFactory? loggers = null, BlobCallPolicies? policies = null) =>
        new(new StorageSetting(configuration, SettingName, loggers).CreateBlobs(policies));

    /// <summary>Makes the containers that are not there yet.</summary>
    /// <exception cref="InvalidOperationException">One of the name is still being deleted.</exception>
    public Task EnsureCreatedAsync(CancellationToken cancellationToken) => EnsureCreatedAsync(TimeProvider.System, cancellationToken);

    internal async Task EnsureCreatedAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        foreach (var container in PrivateLayout.Containers)
        {
            await Creation.EnsureAsync(
                $"container '{container}'",
                () => service.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: cancellationToken),
                time,
                cancellationToken);
        }
    }
}
