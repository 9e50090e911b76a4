using System.Formats.Tar;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Terminals;
using DpSynth.Storage.Accounts;
using DpSynth.Synthesis.Datasets;

namespace DpSynth.Cli.Datasets.Uploading;

/// <summary>Writes a dataset into the container <c>private-data</c>.</summary>
public sealed class DatasetUploader(BlobContainerClient container, Terminal terminal)
{
    private const int Concurrency = 4;

    /// <summary>Whether a dataset's upload began and did not end.</summary>
    public async Task<bool> IsUnfinishedAsync(string dataset, CancellationToken cancellationToken) =>
        await container.GetBlobClient($"{dataset}/{DatasetListing.UploadMarker}").ExistsAsync(cancellationToken);

    /// <summary>Removes every blob of a dataset, with its snapshots. Its budget, and what was spent of it, stays.</summary>
    /// <exception cref="CommandException">Somebody holds a blob of it.</exception>
    public async Task RemoveAsync(string dataset, CancellationToken cancellationToken)
    {
        // The marker goes last, so that a removal cut short is not taken for a whole dataset. It is written over: whoever removes takes over from an
        // upload that was broken off.
        await Marker(dataset).UploadAsync(NewMark(), overwrite: true, cancellationToken);
        try
        {
            await foreach (var blob in container.GetBlobsAsync(new() { Prefix = $"{dataset}/" }, cancellationToken))
            {
                if (blob.Name != $"{dataset}/{DatasetListing.UploadMarker}")
                {
                    await container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
                }
            }

            await Marker(dataset).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsHeld())
        {
            throw new CommandException(
                ExitCode.Failure,
                $"Files of the dataset '{dataset}' are kept by a legal hold, an immutability policy or a lease on them, so that it cannot be replaced; "
                    + "upload under another name.");
        }
    }

    /// <summary>Uploads a dataset under a name that is free.</summary>
    /// <returns>How many images were uploaded, archives counted as one.</returns>
    /// <exception cref="CommandException">Somebody else uploads under the name too.</exception>
    public async Task<int> UploadAsync(string dataset, IReadOnlyList<SourceClass> classes, bool loose, CancellationToken cancellationToken)
    {
        var total = classes.Sum(source => source.Images.Count);
        using var stage = terminal.Begin("Uploading", "images", total);
        var done = 0;
        var mark = await MarkAsync(dataset, cancellationToken);
        await Parallel.ForEachAsync(
            UploadPlan.Make(dataset, classes, loose),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (part, token) =>
            {
                // Unconditional: the marker says whose the name is, and a try again after a lost answer must not stumble over the first.
                using var content = await ReadAsync(part, token);
                await container.GetBlobClient(part.BlobName).UploadAsync(content, overwrite: true, token);
                stage.Report(Interlocked.Add(ref done, part.Images.Count));
            });
        try
        {
            await Marker(dataset).DeleteIfExistsAsync(
                DeleteSnapshotsOption.IncludeSnapshots, new BlobRequestConditions { IfMatch = mark }, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            throw InUse(dataset);
        }

        stage.Complete();
        return total;
    }

    private static BinaryData NewMark() => BinaryData.FromString($"{{\"upload\":\"{Guid.NewGuid():N}\"}}");

    private static CommandException InUse(string dataset) => new(
        ExitCode.Failure, $"Somebody else uploads a dataset '{dataset}' at the same time: choose another name, or upload again with --replace.");

    /// <summary>Takes the name; returns the marker's version.</summary>
    private async Task<ETag> MarkAsync(string dataset, CancellationToken cancellationToken)
    {
        var mark = NewMark();
        try
        {
            return (await Marker(dataset).UploadAsync(mark, overwrite: false, cancellationToken)).Value.ETag;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // It may be this one's own, if only the answer was lost.
            var there = (await Marker(dataset).DownloadContentAsync(cancellationToken)).Value;
            return there.Content.ToMemory().Span.SequenceEqual(mark.ToMemory().Span) ? there.Details.ETag : throw InUse(dataset);
        }
    }

    private BlobClient Marker(string dataset) => container.GetBlobClient($"{dataset}/{DatasetListing.UploadMarker}");

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
