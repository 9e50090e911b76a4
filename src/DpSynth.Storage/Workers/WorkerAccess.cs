using Azure.Storage.Sas;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;

namespace DpSynth.Storage.Workers;

/// <summary>
/// All that a worker may touch, as shared access signatures: the container <c>candidates</c> (read, write, create, list), the container <c>models</c>
/// (read), the queue <c>generation-jobs</c> (take, renew, delete) and the queue <c>generation-results</c> (add). Whoever holds this reaches no
/// other container and no other queue of the account, and nothing of the private account.
/// </summary>
/// <param name="Candidates">The container with its signature.</param>
/// <param name="Models">The container of models with its signature.</param>
/// <param name="GenerationJobs">The queue of jobs with its signature.</param>
/// <param name="GenerationResults">The queue of results with its signature.</param>
/// <param name="ExpiresAt">When the signatures end (UTC).</param>
public sealed record WorkerAccess(Uri Candidates, Uri Models, Uri GenerationJobs, Uri GenerationResults, DateTimeOffset ExpiresAt)
{
    /// <summary>The setting, and environment variable, that holds the access as JSON.</summary>
    public const string SettingName = "WorkerAccess";

    /// <summary>The setting, and environment variable, that names a file with the access as JSON.</summary>
    public const string FileSettingName = "WorkerAccessFile";

    /// <summary>Signs access with the account's key.</summary>
    /// <param name="account">The exchange account, opened by a connection string with a key.</param>
    /// <param name="validFor">How long the signatures hold.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidOperationException">The account was opened without a key. In Azure a worker has an identity of its own instead.</exception>
    public static WorkerAccess Sign(ExchangeAccount account, TimeSpan validFor, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(time);
        if (!account.Candidates.CanGenerateSasUri)
        {
            throw new InvalidOperationException(
                $"Access for a worker is signed with the exchange account's key: set {ExchangeAccount.SettingName} to a connection string, "
                    + "or give the worker an identity of its own.");
        }

        var expiresAt = time.GetUtcNow() + validFor;
        var candidates = account.Candidates.GenerateSasUri(
            BlobContainerSasPermissions.Read | BlobContainerSasPermissions.Write
                | BlobContainerSasPermissions.List | BlobContainerSasPermissions.Create,
            expiresAt);
        return new WorkerAccess(
            candidates,
            account.Models.GenerateSasUri(BlobContainerSasPermissions.Read, expiresAt),
            Sign(ExchangeLayout.GenerationJobs, QueueSasPermissions.Read | QueueSasPermissions.Process | QueueSasPermissions.Update),
            Sign(ExchangeLayout.GenerationResults, QueueSasPermissions.Add),
            expiresAt);

        Uri Sign(string queue, QueueSasPermissions permissions) => account.Queue(queue).GenerateSasUri(permissions, expiresAt);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is not an access; the text is not quoted, for it is a secret.</exception>
    public static WorkerAccess FromJson(string json)
    {
        var access = StorageJson.Decode<WorkerAccess>(System.Text.Encoding.UTF8.GetBytes(json), $"The setting {SettingName}");
        return access is { Candidates: not null, Models: not null, GenerationJobs: not null, GenerationResults: not null }
            ? access
            : throw new InvalidDataException($"The setting {SettingName} lacks the URI of a container or of a queue.");
    }

    /// <summary>The access as one line of JSON; a secret, to be handed over by environment variable or a file only the owner can read.</summary>
    public string ToJson() => System.Text.Encoding.UTF8.GetString(StorageJson.Encode(this));

    /// <summary>Says until when the access holds; never shows the signatures.</summary>
    public override string ToString() => $"worker access until {ExpiresAt:u}";
}
