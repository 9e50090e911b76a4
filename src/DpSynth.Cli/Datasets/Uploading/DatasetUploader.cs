using System.Formats.Tar;
using Azure.Storage.Blobs;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Cli.Datasets.Uploading;

/// <summary>Writes a dataset into the container <c>private-data</c>.</summary>
public sealed class DatasetUploader(BlobContainerClient container, Terminal terminal)
{
    private const int Concurrency = 4;

    /// <summary>Whether a dataset's upload began and did not end.</summary>
    public async Task<bool> IsUnfinishedAsync(string dataset, CancellationToken cancellationToken) =>
        await container.GetBlobClient($"{dataset}/{DatasetListing.UploadMarker}").ExistsAsync(cancellationToken);

    /// <summary>Removes every blob of a dataset. Its budget, and what was spent of it, stays.</summary>
    public async Task RemoveAsync(string dataset, CancellationToken cancellationToken)
    {
        // The marker goes last, so that a removal cut short is not taken for a whole dataset.
        await MarkAsync(dataset, cancellationToken);
        await foreach (var blob in container.GetBlobsAsync(new() { Prefix = $"{dataset}/" }, cancellationToken))
        {
            if (blob.Name != $"{dataset}/{DatasetListing.UploadMarker}")
            {
                await container.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancellationToken);
            }
        }

        await container.DeleteBlobIfExistsAsync($"{dataset}/{DatasetListing.UploadMarker}", cancellationToken: cancellationToken);
    }

    /// <summary>Uploads a dataset under a name that is free.</summary>
    /// <returns>How many images were uploaded, archives counted as one.</returns>
    public async Task<int> UploadAsync(string dataset, IReadOnlyList<SourceClass> classes, bool loose, CancellationToken cancellationToken)
    {
        var total = classes.Sum(source => source.Images.Count);
        using var stage = terminal.Begin("Uploading", "images", total);
        await MarkAsync(dataset, cancellationToken);
        var done = 0;
        await Parallel.ForEachAsync(
            UploadPlan.Make(dataset, classes, loose),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (part, token) =>
            {
                using var content = await ReadAsync(part, token);
                await container.GetBlobClient(part.BlobName).UploadAsync(content, overwrite: true, token);
                stage.Report(Interlocked.Add(ref done, part.Images.Count));
            });
        await container.DeleteBlobIfExistsAsync($"{dataset}/{DatasetListing.UploadMarker}", cancellationToken: cancellationToken);
        stage.Complete();
        return total;
    }

    private async Task MarkAsync(string dataset, CancellationToken cancellationToken) =>
        await container.GetBlobClient($"{dataset}/{DatasetListing.UploadMarker}").UploadAsync(BinaryData.FromString("{}"), overwrite: true, cancellationToken);

    private static async Task<MemoryStream> ReadAsync(UploadPart part, CancellationToken cancellationToken)
    {
        if (!part.IsPacked)
        {
            return new MemoryStream(await part.Images[0].ReadAsync(cancellationToken), writable: false);
        }

        var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var image in part.Images)
            {
                // The same images give the same archive: no times, no owners.
                using var content = new MemoryStream(await image.ReadAsync(cancellationToken), writable: false);
                var entry = new GnuTarEntry(TarEntryType.RegularFile, image.Name)
                {
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    AccessTime = DateTimeOffset.UnixEpoch,
                    ChangeTime = DateTimeOffset.UnixEpoch,
                    DataStream = content,
                };
                await writer.WriteEntryAsync(entry, cancellationToken);
            }
        }

        archive.Position = 0;
        return archive;
    }
}
