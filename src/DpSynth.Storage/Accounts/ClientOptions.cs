using Azure.Core;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Accounts;

/// <summary>How all storage clients retry, report and encode.</summary>
/// <remarks>
/// A call is tried up to six times: after 300 ms, 600 ms, 1.2 s, 2.4 s and 4.8 s, each pause 20 % shorter or longer at random, so that many
/// workers do not come back at the same moment; a service that names a longer one (<c>Retry-After</c>) is given it. The random part is Azure.Core's:
/// <see cref="RetryMode.Exponential"/> stands for <c>DelayStrategy.CreateExponentialDelayStrategy</c>, whose jitter factor is 0.2
/// (azure-sdk-for-net, <c>sdk/core/Azure.Core/src/DelayStrategy.cs</c>, <c>DefaultJitterFactor</c>). What is tried again: no answer, 408, 429, 500, 502,
/// 503, 504. A try without a sign of life is given up after 100 s.
/// </remarks>
internal static class ClientOptions
{
    private const int BlockSize = 8 << 20;

    /// <summary>
    /// What goes up in one call. A block is checked by CRC64 on its way, which the emulator computes at some 60 MB a second and for one caller
    /// at a time, so that a shard's embeddings (6,000 × 784 float32: 19 MB) waited for nothing else.
    /// </summary>
    private const int WholeSize = 32 << 20;

    /// <summary>Large blobs go up in blocks, several at once, and with little of them in memory.</summary>
    public static StorageTransferOptions Transfers { get; } = new()
    {
        InitialTransferSize = WholeSize,
        MaximumTransferSize = BlockSize,
        MaximumConcurrency = 4,
    };

    /// <summary>The options of blob clients.</summary>
    /// <param name="loggers">Where failed calls are reported; null: nowhere.</param>
    /// <param name="policies">What every call goes through besides; null: nothing.</param>
    public static BlobClientOptions Blobs(ILoggerFactory? loggers, BlobCallPolicies? policies = null)
    {
        var options = Set(new BlobClientOptions(), loggers);
        foreach (var policy in policies?.PerCall ?? [])
        {
            options.AddPolicy(policy, HttpPipelinePosition.PerCall);
        }

        return options;
    }

    /// <summary>The options of queue clients. Messages are base64, as Azure Functions expects them, unless a reader wants to see them as they are.</summary>
    /// <param name="loggers">Where failed calls are reported; null: nowhere.</param>
    /// <param name="encoding">How messages are encoded.</param>
    public static QueueClientOptions Queues(ILoggerFactory? loggers, QueueMessageEncoding encoding = QueueMessageEncoding.Base64) =>
        Set(new QueueClientOptions { MessageEncoding = encoding }, loggers);

    private static T Set<T>(T options, ILoggerFactory? loggers)
        where T : Azure.Core.ClientOptions
    {
        var retry = options.Retry;
        retry.Mode = RetryMode.Exponential;
        retry.MaxRetries = 5;
        retry.Delay = TimeSpan.FromMilliseconds(300);
        retry.MaxDelay = TimeSpan.FromSeconds(10);
        retry.NetworkTimeout = TimeSpan.FromSeconds(100);
        if (loggers is not null)
        {
            options.AddPolicy(new CallLog(loggers.CreateLogger<CallLog>()), HttpPipelinePosition.PerRetry);
        }

        return options;
    }
}
