using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Storage.Candidates;

/// <summary>The shared records as blobs; their versions are the blobs' ETags.</summary>
/// <param name="container">The container <c>candidates</c>; read, write and create are enough.</param>
public sealed class SharedRecords(BlobContainerClient container) : ISharedRecords
{
    /// <inheritdoc/>
    public async Task<VersionedRecord?> ReadAsync(SharedRecordId id, CancellationToken cancellationToken)
    {
        try
        {
            var blob = (await container.GetBlobClient(ExchangeLayout.SharedRecord(id)).DownloadContentAsync(cancellationToken)).Value;
            return new VersionedRecord(blob.Content.ToMemory(), blob.Details.ETag.ToString());
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> TryWriteAsync(SharedRecordId id, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.Json },
            Conditions = version is null ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = new ETag(version) },
        };
        try
        {
            var written = await container.GetBlobClient(ExchangeLayout.SharedRecord(id)).UploadAsync(BinaryData.FromBytes(content), options, cancellationToken);
            return written.Value.ETag.ToString();
        }
        catch (RequestFailedException exception) when (exception.IsConflict())
        {
            return null;
        }
    }
}
