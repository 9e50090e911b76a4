using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace DpSynth.Storage.Accounts;

/// <summary>How all storage clients retry and encode.</summary>
internal static class ClientOptions
{
    private const int BlockSize = 8 << 20;

    /// <summary>Large blobs go up in blocks, several at once, and with little of them in memory.</summary>
    public static StorageTransferOptions Transfers { get; } = new()
    {
        InitialTransferSize = BlockSize,
        MaximumTransferSize = BlockSize,
        MaximumConcurrency = 4,
    };

    public static BlobClientOptions Blobs()
    {
        var options = new BlobClientOptions();
        SetRetries(options.Retry);
        return options;
    }

    /// <summary>Messages are base64, as Azure Functions expects them, unless a reader wants to see them as they are.</summary>
    public static QueueClientOptions Queues(QueueMessageEncoding encoding = QueueMessageEncoding.Base64)
    {
        var options = new QueueClientOptions { MessageEncoding = encoding };
        SetRetries(options.Retry);
        return options;
    }

    private static void SetRetries(RetryOptions retry)
    {
        retry.Mode = RetryMode.Exponential;
        retry.MaxRetries = 5;
        retry.Delay = TimeSpan.FromMilliseconds(300);
        retry.MaxDelay = TimeSpan.FromSeconds(10);
        retry.NetworkTimeout = TimeSpan.FromSeconds(100);
    }
}
