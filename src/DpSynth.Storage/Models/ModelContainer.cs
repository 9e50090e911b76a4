using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;
using Microsoft.Win32.SafeHandles;

namespace DpSynth.Storage.Models;

/// <summary>
/// The models in the container <c>models</c>. A model's index is written last and removed first, so that a model that is found is whole.
/// </summary>
/// <param name="container">The container; read access is enough for all but <see cref="PushAsync"/>.</param>
public sealed class ModelContainer(BlobContainerClient container) : IModelCatalogue
{
    private const int ParallelFiles = 4;
    private const string HashMetadata = "sha256";

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The index is malformed.</exception>
    public async Task<ModelIndex?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (!ModelName.IsValid(name)
            || await container.TryReadAsync(ExchangeLayout.ModelIndex(name), cancellationToken) is not { } json)
        {
            return null;
        }

        var index = StorageJson.Decode<ModelIndex>(json.ToMemory().Span, Describe(name));
        return index.DescribeFault() is { } fault ? throw new InvalidDataException($"{Describe(name)} is malformed: {fault}.") : index;
    }

    /// <summary>Uploads a model. What an earlier upload that was broken off has left is not uploaded again.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="index">The folder's index.</param>
    /// <param name="progress">Receives the bytes of each file that is up.</param>
    /// <param name="cancellationToken">Stops the upload; no model of the name is there then.</param>
    /// <exception cref="ArgumentException">The model cannot be stored under its name.</exception>
    /// <exception cref="InvalidOperationException">Somebody else pushed a model of the name meanwhile, or holds the one that is there.</exception>
    public async Task PushAsync(string name, string folder, ModelIndex index, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(index);
        if (!ModelName.IsValid(name))
        {
            throw new ArgumentException($"A model's name must be {ModelName.Rule}.", nameof(name));
        }

        if (index.DescribeFault() is { } fault)
        {
            throw new ArgumentException($"The folder {folder} cannot be stored as a model: {fault}.", nameof(index));
        }

        if (index.Files.Any(file => file.Path == ExchangeLayout.ModelIndexFile))
        {
            throw new ArgumentException(
                $"The folder {folder} has a file '{ExchangeLayout.ModelIndexFile}', a name that the model's index takes: rename it.", nameof(index));
        }

        try
        {
            await container.DeleteWholeAsync(ExchangeLayout.ModelIndex(name), cancellationToken);
            var options = new ParallelOptions { MaxDegreeOfParallelism = ParallelFiles, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(index.Files, options, async (file, token) =>
            {
                await UploadAsync(name, folder, file, token);
                progress?.Report(file.Bytes);
            });
            await RemoveOthersAsync(name, index, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsHeld())
        {
            throw new InvalidOperationException(
                $"The model '{name}' is kept as it is by a legal hold, an immutability policy or a lease on its files; push this one under another name.",
                exception);
        }

        if (!await container.TryCreateAsync(ExchangeLayout.ModelIndex(name), StorageJson.Encode(index), BlobCalls.Json, cancellationToken)
            && (await FindAsync(name, cancellationToken))?.Fingerprint != index.Fingerprint)
        {
            throw new InvalidOperationException($"Somebody else pushed another model '{name}' at the same time; push again, or under another name.");
        }
    }

    /// <summary>Fetches a part of a file into the same place of a local one.</summary>
    /// <param name="name">The model.</param>
    /// <param name="path">The file in it.</param>
    /// <param name="offset">The part's first byte.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="target">The local file.</param>
    /// <param name="cancellationToken">Stops the transfer.</param>
    /// <exception cref="InvalidDataException">The file is missing or shorter than its index says.</exception>
    internal async Task DownloadAsync(string name, string path, long offset, int length, SafeFileHandle target, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(offset, length) };
            using var part = (await container.GetBlobClient(ExchangeLayout.ModelFile(name, path)).DownloadStreamingAsync(options, cancellationToken)).Value;
            var buffer = new byte[length];
            await part.Content.ReadExactlyAsync(buffer, cancellationToken);
            await RandomAccess.WriteAsync(target, buffer, offset, cancellationToken);
        }
        catch (Exception fault) when (fault is EndOfStreamException || (fault is RequestFailedException refused && refused.Status is 404 or 416))
        {
            throw new InvalidDataException(
                $"The file '{path}' of the model '{name}' in the container '{ExchangeLayout.Models}' is not what its index says; push the model again.", fault);
        }
    }

    private static string Describe(string name) => $"The index of the model '{name}' in the container '{ExchangeLayout.Models}'";

    /// <summary>Writes over what is there: should two push at once, whoever fetches finds files that are not what the index says.</summary>
    private async Task UploadAsync(string name, string folder, ModelFile file, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(ExchangeLayout.ModelFile(name, file.Path));
        if (await HasAsync(blob, file, cancellationToken))
        {
            return;
        }

        await using var content = File.OpenRead(Path.Combine(folder, file.Path));
        await blob.UploadAsync(
            content,
            new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.Binary },
                TransferOptions = ClientOptions.Transfers,
                Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [HashMetadata] = file.Sha256 },
            },
            cancellationToken);
    }

    private static async Task<bool> HasAsync(BlobClient blob, ModelFile file, CancellationToken cancellationToken)
    {
        try
        {
            var there = (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value;
            return there.ContentLength == file.Bytes && there.Metadata.TryGetValue(HashMetadata, out var hash) && hash == file.Sha256;
        }
        catch (RequestFailedException fault) when (fault.IsMissing())
        {
            return false;
        }
    }

    private async Task RemoveOthersAsync(string name, ModelIndex index, CancellationToken cancellationToken)
    {
        // The index of somebody who was faster stays, and tells.
        var kept =
            index.Files.Select(file => ExchangeLayout.ModelFile(name, file.Path)).Append(ExchangeLayout.ModelIndex(name)).ToHashSet(StringComparer.Ordinal);
        await foreach (var blob in container.GetBlobsAsync(new() { Prefix = ExchangeLayout.Model(name) }, cancellationToken))
        {
            if (!kept.Contains(blob.Name))
            {
                await container.DeleteWholeAsync(blob.Name, cancellationToken);
            }
        }
    }
}
