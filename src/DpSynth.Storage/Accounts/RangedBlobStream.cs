using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DpSynth.Storage.Accounts;

/// <summary>
/// A large blob from its first byte to its last, fetched in ranges of which a few are under way at once: one connection gives a fraction of what the
/// service does. All ranges are of one version of the blob. Memory: <see cref="RangesAhead"/> + 1 ranges of <see cref="RangeSize"/> bytes.
/// </summary>
internal sealed class RangedBlobStream : Stream
{
    /// <summary>Bytes of a range.</summary>
    public const int RangeSize = 4 << 20;

    /// <summary>Ranges under way while one is read.</summary>
    public const int RangesAhead = 4;

    private readonly BlobClient _blob;
    private readonly long _length;
    private readonly BlobRequestConditions _unchanged;
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<Task<ReadOnlyMemory<byte>>> _ahead = new();
    private ReadOnlyMemory<byte> _current;
    private long _asked;

    private RangedBlobStream(BlobClient blob, BlobDownloadDetails first, ReadOnlyMemory<byte> current)
    {
        _blob = blob;
        _current = current;
        _asked = current.Length;
        _length = TotalLength(first);
        _unchanged = new BlobRequestConditions { IfMatch = first.ETag };
        AskAhead();
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a blob with its first range.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="conditions">What must hold of it, such as its version; null for none.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="RequestFailedException">There is no such blob (404), a condition is not met (412), or the service refused otherwise.</exception>
    public static async Task<Stream> OpenAsync(BlobClient blob, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobDownloadOptions { Range = new HttpRange(0, RangeSize), Conditions = conditions };
            var first = (await blob.DownloadContentAsync(options, cancellationToken)).Value;
            return new RangedBlobStream(blob, first.Details, first.Content.ToMemory());
        }
        catch (RequestFailedException exception) when (exception.Status == 416)
        {
            // The blob is empty: no range lies in it.
            return Null;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_current.IsEmpty && _ahead.TryPeek(out var next))
        {
            // What failed stays at the head, so that nobody reads on behind a gap.
            _current = await next.WaitAsync(cancellationToken);
            _ = _ahead.Dequeue();
            AskAhead();
        }

        var count = Math.Min(buffer.Length, _current.Length);
        _current[..count].CopyTo(buffer);
        _current = _current[count..];
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Blobs are read asynchronously.");

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_stop.IsCancellationRequested)
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private static long TotalLength(BlobDownloadDetails details)
    {
        // "bytes 0-4194303/52428800"
        var range = details.ContentRange.AsSpan();
        return long.Parse(range[(range.LastIndexOf('/') + 1)..], CultureInfo.InvariantCulture);
    }

    private void AskAhead()
    {
        for (; _asked < _length && _ahead.Count < RangesAhead; _asked += RangeSize)
        {
            _ahead.Enqueue(FetchAsync(new HttpRange(_asked, Math.Min(RangeSize, _length - _asked))));
        }
    }

    private async Task<ReadOnlyMemory<byte>> FetchAsync(HttpRange range)
    {
        var options = new BlobDownloadOptions { Range = range, Conditions = _unchanged };
        return (await _blob.DownloadContentAsync(options, _stop.Token)).Value.Content.ToMemory();
    }
}
