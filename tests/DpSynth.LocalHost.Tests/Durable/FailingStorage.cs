using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DurableTask.AzureStorage;

namespace DpSynth.LocalHost.Tests.Durable;

/// <summary>A storage account whose writes stand still from the n-th on, and which can be taken from whoever holds these clients.</summary>
public sealed class FailingStorage(string connectionString, int writes) :
    IStorageServiceClientProvider<BlobServiceClient, BlobClientOptions>,
    IStorageServiceClientProvider<QueueServiceClient, QueueClientOptions>,
    IStorageServiceClientProvider<TableServiceClient, TableClientOptions>
{
    private readonly TaskCompletionSource _frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isGone;
    private int _writesLeft = writes;

    public StorageAccountClientProvider Clients => new(this, this, this);

    /// <summary>Completes when a write stands still.</summary>
    public Task Frozen => _frozen.Task;

    /// <summary>Nothing is answered any more, for ever: what waits for an answer is as dead as in a process that was killed.</summary>
    public void Vanish() => _isGone = true;

    public BlobServiceClient CreateClient(BlobClientOptions options) => new(connectionString, options);

    public QueueServiceClient CreateClient(QueueClientOptions options) => new(connectionString, options);

    public TableServiceClient CreateClient(TableClientOptions options) => new(connectionString, options);

    BlobClientOptions IStorageServiceClientProvider<BlobServiceClient, BlobClientOptions>.CreateOptions() => Options(new BlobClientOptions());

    QueueClientOptions IStorageServiceClientProvider<QueueServiceClient, QueueClientOptions>.CreateOptions() => Options(new QueueClientOptions());

    TableClientOptions IStorageServiceClientProvider<TableServiceClient, TableClientOptions>.CreateOptions() => Options(new TableClientOptions());

    private T Options<T>(T options)
        where T : ClientOptions
    {
        options.Transport = new Transport(this);
        return options;
    }

    private async ValueTask PassAsync(Request request)
    {
        if (request.Method != RequestMethod.Get && request.Method != RequestMethod.Head && Interlocked.Decrement(ref _writesLeft) < 0)
        {
            _frozen.TrySetResult();
            await Task.Delay(Timeout.Infinite);
        }

        if (_isGone)
        {
            await Task.Delay(Timeout.Infinite);
        }
    }

    private sealed class Transport(FailingStorage storage) : HttpPipelineTransport
    {
        private readonly HttpPipelineTransport _inner = HttpClientTransport.Shared;

        public override Request CreateRequest() => _inner.CreateRequest();

        public override void Process(HttpMessage message) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            await storage.PassAsync(message.Request);
            await _inner.ProcessAsync(message);
        }
    }
}
