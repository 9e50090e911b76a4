using Azure;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Storage.Releases;

/// <summary>The releases over the container <c>releases</c>.</summary>
public sealed class ReleaseStore(ExchangeAccount account) : IReleaseStore
{
    /// <inheritdoc/>
    public string LocationOf(string runId) => $"{ExchangeLayout.Releases}/{runId}/";

    /// <inheritdoc/>
    /// <remarks>A file that is there already stays as it is: who has copied a release has all of it.</remarks>
    public async Task WriteAsync(
        string runId, string fileName, Stream content, string contentType, CancellationToken cancellationToken)
    {
        var blob = account.Releases.GetBlobClient(ExchangeLayout.ReleaseFile(runId, fileName));
        var upload = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = contentType },
            TransferOptions = ClientOptions.Transfers,
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        };
        try
        {
            await blob.UploadAsync(content, upload, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsConflict() || exception.IsImmutable())
        {
            // An earlier try of the same step has written it.
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReleaseFile>> ListAsync(string runId, CancellationToken cancellationToken)
    {
        var files = new List<ReleaseFile>();
        var prefix = ExchangeLayout.Release(runId);
        await foreach (var item in account.Releases.ListAsync(new() { Prefix = prefix }, cancellationToken))
        {
            files.Add(new ReleaseFile(item.Name[prefix.Length..], item.Properties.ContentLength ?? 0));
        }

        return files;
    }

    /// <inheritdoc/>
    /// <exception cref="FileNotFoundException">The release has no file of that name.</exception>
    public async Task<Stream> OpenAsync(string runId, string fileName, CancellationToken cancellationToken) =>
        await account.Releases.TryOpenAsync(ExchangeLayout.ReleaseFile(runId, fileName), cancellationToken) is var (content, _)
            ? content
            : throw new FileNotFoundException($"The release of run '{runId}' has no file '{fileName}'.");
}
