using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using DpSynth.Ledgers;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;

namespace DpSynth.Storage.Budgets;

/// <summary>
/// Ledgers in the container <c>ledgers</c>: append blobs, each append on the condition that the blob ends where the writer thinks. An
/// append blob takes 50,000 appends, so a chain goes on in a next blob after <see cref="SegmentEntries"/> entries. What is rewritten, heads
/// and the catalogue, lies in <c>ledger-heads</c>, so that nothing in <c>ledgers</c> ever needs to be.
/// </summary>
public sealed class BlobLedgerStorage : ILedgerStorage
{
    /// <summary>Entries of every blob of a chain but the last one. Part of the format: all who write a chain must agree.</summary>
    public const int SegmentEntries = 40_000;

    private const int MaximumTries = 50;

    private readonly BlobContainerClient _ledgers;
    private readonly BlobContainerClient _moving;
    private readonly int _segmentEntries;
    private readonly ConcurrentDictionary<string, (ETag Version, long Sequence)> _heads = new(StringComparer.Ordinal);

    /// <summary>Over an account.</summary>
    public BlobLedgerStorage(PrivateAccount account)
        : this(account, SegmentEntries)
    {
    }

    internal BlobLedgerStorage(PrivateAccount account, int segmentEntries)
    {
        ArgumentNullException.ThrowIfNull(account);
        _ledgers = account.Ledgers;
        _moving = account.LedgerHeads;
        _segmentEntries = segmentEntries;
    }

    /// <inheritdoc/>
    public async Task<LedgerTail> ReadAfterAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        while (true)
        {
            var read = await ReadSegmentAsync(lineage, position, cancellationToken);
            lines.Write(read.Span);
            position = position with { Offset = position.Offset + read.Length, Entries = position.Entries + read.Span.Count(LedgerLine.End) };
            if (position.Entries < _segmentEntries)
            {
                return new LedgerTail(lines.ToArray(), position);
            }

            position = new LedgerPosition(position.Segment + 1, 0, 0);
        }
    }

    /// <inheritdoc/>
    public async Task<LedgerPosition?> TryAppendAsync(
        string lineage, LedgerPosition position, ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var blob = _ledgers.GetAppendBlobClient(PrivateLayout.LedgerEntries(lineage, position.Segment));
        if (position.Offset == 0)
        {
            var options = new AppendBlobCreateOptions { HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.JsonLines } };
            try
            {
                await blob.CreateIfNotExistsAsync(options, cancellationToken);
            }
            catch (RequestFailedException exception) when (exception.IsImmutable())
            {
                // Another writer was first: a policy refuses to have made again what is there.
            }
        }

        try
        {
            var onlyAtEnd = new AppendBlobAppendBlockOptions
            {
                Conditions = new AppendBlobRequestConditions { IfAppendPositionEqual = position.Offset },
            };
            using var content = BinaryData.FromBytes(line).ToStream();
            await blob.AppendBlockAsync(content, onlyAtEnd, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.IsConflict() || exception.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
        catch (RequestFailedException exception) when (exception.IsImmutable())
        {
            throw new InvalidOperationException(
                $"The ledger of lineage '{lineage}' cannot grow: the container '{PrivateLayout.Ledgers}' is under a legal hold or an immutability policy that "
                    + "admits no appends; allow protected append writes there. Nothing was written.",
                exception);
        }

        return position.Entries + 1 < _segmentEntries
            ? position with { Offset = position.Offset + line.Length, Entries = position.Entries + 1 }
            : new LedgerPosition(position.Segment + 1, 0, 0);
    }

    /// <inheritdoc/>
    public async Task<LedgerHead?> ReadHeadAsync(string lineage, CancellationToken cancellationToken)
    {
        try
        {
            var blob = (await _moving.GetBlobClient(PrivateLayout.LedgerHead(lineage)).DownloadContentAsync(cancellationToken)).Value;
            var head = LedgerHead.Decode(blob.Content.ToMemory().Span);
            _heads[lineage] = (blob.Details.ETag, head.Sequence);
            return head;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw Lost(exception);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            _heads.TryRemove(lineage, out _);
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task AdvanceHeadAsync(string lineage, LedgerHead head, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(head);
        for (var attempt = 0; attempt < MaximumTries; attempt++)
        {
            var isKnown = _heads.TryGetValue(lineage, out var known);
            if (isKnown && known.Sequence >= head.Sequence)
            {
                return;
            }

            var upload = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.Json },
                Conditions = isKnown
                    ? new BlobRequestConditions { IfMatch = known.Version }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All },
            };
            try
            {
                var written = await _moving.GetBlobClient(PrivateLayout.LedgerHead(lineage))
                    .UploadAsync(BinaryData.FromBytes(head.Encode()), upload, cancellationToken);
                _heads[lineage] = (written.Value.ETag, head.Sequence);
                return;
            }
            catch (RequestFailedException exception) when (exception.IsConflict())
            {
                await ReadHeadAsync(lineage, cancellationToken);
            }
        }

        // The entry is written; a head that lags behind is moved on by the next writer.
    }

    /// <inheritdoc/>
    public async Task<(LedgerCatalogue Catalogue, string? Version)> ReadCatalogueAsync(CancellationToken cancellationToken)
    {
        try
        {
            var blob = (await _moving.GetBlobClient(PrivateLayout.LedgerCatalogue).DownloadContentAsync(cancellationToken)).Value;
            return (LedgerCatalogue.Decode(blob.Content.ToMemory().Span), blob.Details.ETag.ToString());
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw Lost(exception);
        }
        catch (RequestFailedException exception) when (exception.IsMissing())
        {
            return (new LedgerCatalogue(), null);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> TryReplaceCatalogueAsync(LedgerCatalogue catalogue, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        var upload = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = BlobCalls.Json },
            Conditions = version is null
                ? new BlobRequestConditions { IfNoneMatch = ETag.All }
                : new BlobRequestConditions { IfMatch = new ETag(version) },
        };
        try
        {
            await _moving.GetBlobClient(PrivateLayout.LedgerCatalogue)
                .UploadAsync(BinaryData.FromBytes(catalogue.Encode()), upload, cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.IsConflict())
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<string> WriteImagesAsync(string lineage, FingerprintSet images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var content = images.Encode();
        var name = PrivateLayout.LedgerImages(lineage, Convert.ToHexStringLower(SHA256.HashData(content))[..32]);
        await _ledgers.TryCreateAsync(name, content, BlobCalls.Binary, cancellationToken);
        return name;
    }

    /// <inheritdoc/>
    public async Task<FingerprintSet?> ReadImagesAsync(string name, CancellationToken cancellationToken) =>
        await _ledgers.TryReadAsync(name, cancellationToken) is { } content ? FingerprintSet.Decode(content.ToMemory().Span) : null;

    /// <summary>Where the whole container is gone, a ledger is not empty: it is lost, and nobody may go on as if it were new.</summary>
    private static InvalidDataException Lost(RequestFailedException exception) => new(
        $"The containers '{PrivateLayout.Ledgers}' and '{PrivateLayout.LedgerHeads}', which hold all budgets, are not both there; "
            + "have what was deleted restored before anything else is done. Nothing was written.",
        exception);

    /// <summary>Reads with the byte in front of the position, so that a blob that was cut off does not look like one that has not grown.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadSegmentAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken)
    {
        var overlap = position.Offset > 0 ? 1 : 0;
        try
        {
            var range = overlap > 0 ? new BlobDownloadOptions { Range = new HttpRange(position.Offset - overlap) } : new BlobDownloadOptions();
            var blob = _ledgers.GetBlobClient(PrivateLayout.LedgerEntries(lineage, position.Segment));
            var read = (await blob.DownloadContentAsync(range, cancellationToken)).Value.Content.ToMemory();

            // Where a range begins just behind the end, one service answers with an error, another with nothing.
            return read.Length >= overlap ? read[overlap..] : throw CutOff(lineage);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            throw Lost(exception);
        }
        catch (RequestFailedException exception) when (exception.IsMissing() && position.Offset == 0)
        {
            return default;
        }
        catch (RequestFailedException exception) when (exception.IsMissing() || exception.ErrorCode == BlobErrorCode.InvalidRange)
        {
            throw CutOff(lineage, exception);
        }
    }

    private static InvalidDataException CutOff(string lineage, RequestFailedException? exception = null) => new(
        $"The ledger of lineage '{lineage}' cannot be used: it was cut off while it was read. Nothing was written.", exception);
}
