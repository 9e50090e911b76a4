using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Workers;

/// <summary>A worker's handles on the exchange account. There is no way from here to anything else in it.</summary>
public sealed class WorkerStorage
{
    /// <summary>Takes handles that are open.</summary>
    internal WorkerStorage(BlobContainerClient candidates, BlobContainerClient models, QueueClient jobs, QueueClient results, QueueClient? poison)
    {
        Candidates = candidates;
        Models = models;
        Jobs = jobs;
        Results = results;
        Poison = poison;
    }

    /// <summary>The container <c>candidates</c>.</summary>
    public BlobContainerClient Candidates { get; }

    /// <summary>The container <c>models</c>, to read.</summary>
    public BlobContainerClient Models { get; }

    /// <summary>
    /// The queue <c>generation-jobs</c>, its messages as they were sent: base64 of JSON. A client that decodes would throw on one message
    /// that is not, and never come to the next.
    /// </summary>
    public QueueClient Jobs { get; }

    /// <summary>The queue <c>generation-results</c>.</summary>
    public QueueClient Results { get; }

    /// <summary>The queue <c>generation-jobs-poison</c>; its messages are sent as they were received. Null where the worker has no access to
    /// it, as with <see cref="WorkerAccess"/>.</summary>
    public QueueClient? Poison { get; }

    /// <summary>Opens them by their signatures alone.</summary>
    /// <param name="access">The signatures.</param>
    /// <param name="loggers">Where calls that failed are reported; null: nowhere.</param>
    /// <param name="policies">What every call to blobs goes through besides; null: nothing.</param>
    public static WorkerStorage FromAccess(WorkerAccess access, ILoggerFactory? loggers = null, BlobCallPolicies? policies = null)
    {
        ArgumentNullException.ThrowIfNull(access);
        return new WorkerStorage(
            new BlobContainerClient(access.Candidates, ClientOptions.Blobs(loggers, policies)),
            new BlobContainerClient(access.Models, ClientOptions.Blobs(loggers, policies)),
            new QueueClient(access.GenerationJobs, ClientOptions.Queues(loggers, QueueMessageEncoding.None)),
            new QueueClient(access.GenerationResults, ClientOptions.Queues(loggers)),
            poison: null);
    }

    /// <summary>
    /// Opens them from the setting <see cref="WorkerAccess.SettingName"/>, or the file that
    /// <see cref="WorkerAccess.FileSettingName"/> names, if there is one; else from the exchange account's, where
    /// the worker's identity has roles on these and on the poison queue only.
    /// </summary>
    /// <param name="configuration">Holds the settings.</param>
    /// <param name="loggers">Where calls that failed are reported; null: nowhere.</param>
    /// <param name="policies">What every call to blobs goes through besides; null: nothing.</param>
    /// <exception cref="InvalidOperationException">None of the settings is there.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The access is malformed.</exception>
    public static WorkerStorage FromConfiguration(IConfiguration configuration, ILoggerFactory? loggers = null, BlobCallPolicies? policies = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration[WorkerAccess.SettingName] is { Length: > 0 } json)
        {
            return FromAccess(WorkerAccess.FromJson(json), loggers, policies);
        }

        if (configuration[WorkerAccess.FileSettingName] is { Length: > 0 } file)
        {
            return FromAccess(WorkerAccess.FromJson(File.ReadAllText(file)), loggers, policies);
        }

        var setting = new StorageSetting(configuration, ExchangeAccount.SettingName, loggers);
        var asSent = setting.CreateQueues(QueueMessageEncoding.None);
        var blobs = setting.CreateBlobs(policies);
        return new WorkerStorage(
            blobs.GetBlobContainerClient(ExchangeLayout.Candidates),
            blobs.GetBlobContainerClient(ExchangeLayout.Models),
            asSent.GetQueueClient(ExchangeLayout.GenerationJobs),
            setting.CreateQueues().GetQueueClient(ExchangeLayout.GenerationResults),
            asSent.GetQueueClient(ExchangeLayout.Poison(ExchangeLayout.GenerationJobs)));
    }
}
