using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Accounts;

/// <summary>
/// Makes the clients of a storage account from a setting, as Azure Functions reads one: either <c>NAME</c>, a connection string, or
/// <c>NAME__accountName</c> (or <c>NAME__blobServiceUri</c> and <c>NAME__queueServiceUri</c>) with a Microsoft Entra identity. The
/// identity is managed where <c>NAME__credential</c> is <c>managedidentity</c> or <c>NAME__clientId</c> names a user-assigned one,
/// else the first that <see cref="DefaultAzureCredential"/> finds.
/// </summary>
internal sealed class StorageSetting(IConfiguration configuration, string name, ILoggerFactory? loggers)
{
    private string? ConnectionString => Value(configuration[name]) ?? Value(configuration[$"ConnectionStrings:{name}"]);

    public BlobServiceClient CreateBlobs(BlobCallPolicies? policies)
    {
        var options = ClientOptions.Blobs(loggers, policies);
        return ConnectionString is { } connectionString
            ? Parse(() => new BlobServiceClient(connectionString, options))
            : new BlobServiceClient(ServiceUri("blob"), CreateCredential(), options);
    }

    public QueueServiceClient CreateQueues(QueueMessageEncoding encoding = QueueMessageEncoding.Base64)
    {
        var options = ClientOptions.Queues(loggers, encoding);
        return ConnectionString is { } connectionString
            ? Parse(() => new QueueServiceClient(connectionString, options))
            : new QueueServiceClient(ServiceUri("queue"), CreateCredential(), options);
    }

    private static string? Value(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private T Parse<T>(Func<T> create)
    {
        try
        {
            return create();
        }
        catch (FormatException exception)
        {
            throw new InvalidOperationException(
                $"The setting {name} is not a storage connection string (AccountName=…;AccountKey=…;…): copy it from the storage account's access keys.",
                exception);
        }
    }

    private Uri ServiceUri(string service)
    {
        var section = configuration.GetSection(name);
        if (Value(section[$"{service}ServiceUri"]) is { } text)
        {
            return Uri.TryCreate(text, UriKind.Absolute, out var uri)
                ? uri
                : throw new InvalidOperationException($"The setting {name}__{service}ServiceUri is not a URI.");
        }

        return Value(section["accountName"]) is { } account
            ? new Uri($"https://{account}.{service}.core.windows.net")
            : throw new InvalidOperationException(
                $"The storage account setting {name} is missing: set {name} to a connection string, "
                    + $"or {name}__accountName to the account's name to use a managed identity.");
    }

    private TokenCredential CreateCredential()
    {
        var section = configuration.GetSection(name);
        var clientId = Value(section["clientId"]);
        var isManaged = string.Equals(section["credential"], "managedidentity", StringComparison.OrdinalIgnoreCase);
        return clientId is not null || isManaged
            ? new ManagedIdentityCredential(
                clientId is null ? ManagedIdentityId.SystemAssigned : ManagedIdentityId.FromUserAssignedClientId(clientId))
            : new DefaultAzureCredential();
    }
}
