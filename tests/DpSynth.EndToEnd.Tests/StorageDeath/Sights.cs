using System.Collections.Concurrent;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;

namespace DpSynth.EndToEnd.Tests.StorageDeath;

/// <summary>What could be read of what must never change: measurements, spends, parents, ends, published files.</summary>
internal sealed class Sights
{
    private readonly ConcurrentDictionary<(string Container, string Blob), byte[]> seen = [];

    /// <summary>How many blobs were seen so far.</summary>
    public int Count => seen.Count;

    /// <summary>Reads all that can be read of a run, and of its dataset's ledger.</summary>
    public async Task LookAsync(EmulatedHost host, string runId)
    {
        (string Container, string Prefix)[] places =
        [
            ("private-work", $"{runId}/"), ("ledgers", ""), ("candidates", $"runs/{runId}/generation-"), ("requests", "ended/"), ("requests", "runs/"),
            ("releases", $"{runId}/"),
        ];
        await Parallel.ForEachAsync(places, async (place, cancellationToken) =>
        {
            await foreach (var blob in host.Container(place.Container).GetBlobsAsync(new() { Prefix = place.Prefix }, cancellationToken))
            {
                if (KindOf(place.Container, blob.Name) is not null && await ReadAsync(host, place.Container, blob.Name, cancellationToken) is { } content)
                {
                    seen[(place.Container, blob.Name)] = content;
                }
            }
        });
    }

    /// <summary>What is not as it was seen: each with its kind, and once.</summary>
    public async Task<IReadOnlyList<(string Kind, string Blob)>> CompareAsync(EmulatedHost host)
    {
        var changed = new ConcurrentBag<(string Kind, string Blob)>();
        await Parallel.ForEachAsync(seen, async (sight, cancellationToken) =>
        {
            var ((container, name), before) = sight;
            var now = await ReadAsync(host, container, name, cancellationToken);
            var isSame = now is not null && (container == "ledgers" ? now.AsSpan().StartsWith(before) : now.AsSpan().SequenceEqual(before));
            if (!isSame)
            {
                seen.TryRemove(sight.Key, out _);
                changed.Add((KindOf(container, name)!, $"{container}/{name}: {Describe(before)}, then {Describe(now)}"));
            }
        });
        return [.. changed.Order()];
    }

    private static string? KindOf(string container, string blob) => container switch
    {
        "private-work" when blob.Contains("/released/", StringComparison.Ordinal) => "measurement",
        "private-work" when blob.Contains("/spent-", StringComparison.Ordinal) => "spend",
        "ledgers" => "spend",
        "candidates" when blob.EndsWith("/parents.npy", StringComparison.Ordinal) => "parents",
        "requests" => "request or end",
        "releases" => "published file",
        _ => null,
    };

    private static async Task<byte[]?> ReadAsync(EmulatedHost host, string container, string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await host.Container(container).GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound || exception.Status is 404 or 500)
        {
            return null;
        }
    }

    private static string Describe(byte[]? content) =>
        content is null ? "nothing" : $"{content.Length} bytes {Convert.ToHexStringLower(SHA256.HashData(content))[..8]}";
}
