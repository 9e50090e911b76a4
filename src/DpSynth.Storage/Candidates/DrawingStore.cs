using System.Globalization;
using Azure.Storage.Blobs;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Candidates;

/// <summary>Single drawings as blobs, a folder a shard.</summary>
/// <param name="container">The container <c>candidates</c>; read, create and list are enough for workers.</param>
public sealed class DrawingStore(BlobContainerClient container) : IDrawingStore
{
    /// <inheritdoc/>
    public async Task<IReadOnlySet<ulong>> ListAsync(CandidateShardId shard, CancellationToken cancellationToken)
    {
        var seeds = new HashSet<ulong>();
        await foreach (var blob in container.GetBlobsAsync(new() { Prefix = ExchangeLayout.Drawings(shard) }, cancellationToken))
        {
            if (ulong.TryParse(blob.Name.AsSpan(blob.Name.LastIndexOf('/') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var seed))
            {
                seeds.Add(seed);
            }
        }

        return seeds;
    }

    /// <inheritdoc/>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(CandidateShardId shard, ulong seed, CancellationToken cancellationToken) =>
        await container.TryReadAsync(ExchangeLayout.Drawing(shard, seed), cancellationToken) is { } drawing
            ? drawing.ToMemory()
            : default(ReadOnlyMemory<byte>?);

    /// <inheritdoc/>
    public Task WriteAsync(CandidateShardId shard, ulong seed, ReadOnlyMemory<byte> drawing, CancellationToken cancellationToken) =>
        container.TryCreateAsync(ExchangeLayout.Drawing(shard, seed), drawing, BlobCalls.Json, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>What is held stays: <see cref="CandidateStore.DeleteGenerationsAsync"/> comes by again.</remarks>
    public Task DeleteAsync(string runId, int? generation, CancellationToken cancellationToken) =>
        container.DeleteAllAsync(ExchangeLayout.Drawings(runId, generation), cancellationToken);
}
