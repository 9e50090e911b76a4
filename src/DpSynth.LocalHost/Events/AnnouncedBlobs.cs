using System.Text.Json;
using Azure.Storage.Blobs.Models;

namespace DpSynth.LocalHost.Events;

/// <summary>
/// Which blobs have been announced: all that are older than a high-water mark, and the listed ones of the last moments, for a listing
/// may miss what is written while it runs.
/// </summary>
internal sealed record AnnouncedBlobs
{
    private static readonly TimeSpan _margin = TimeSpan.FromSeconds(10);

    /// <summary>Everything that was last changed before this has been announced.</summary>
    public DateTimeOffset HighWater { get; init; }

    /// <summary>Announced blobs that were changed since then, by name, with the version announced.</summary>
    public IReadOnlyDictionary<string, string> Recent { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static AnnouncedBlobs Load(string path) => File.Exists(path)
        ? JsonSerializer.Deserialize<AnnouncedBlobs>(File.ReadAllText(path)) ?? new AnnouncedBlobs()
        : new AnnouncedBlobs();

    public void Save(string path) => PrivateFile.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this));

    public bool IsNew(BlobItem blob) => Changed(blob) >= HighWater
        && !(Recent.TryGetValue(blob.Name, out var version) && version == Version(blob));

    /// <summary>The marks after a complete listing.</summary>
    /// <param name="listed">What the listing showed at or after the present mark.</param>
    /// <param name="startedAt">When it began, by the storage's clock.</param>
    public AnnouncedBlobs After(IReadOnlyList<BlobItem> listed, DateTimeOffset startedAt)
    {
        var mark = startedAt - _margin > HighWater ? startedAt - _margin : HighWater;
        return new AnnouncedBlobs
        {
            HighWater = mark,
            Recent = listed.Where(blob => Changed(blob) >= mark).ToDictionary(blob => blob.Name, Version, StringComparer.Ordinal),
        };
    }

    public bool IsRecent(BlobItem blob) => Changed(blob) >= HighWater;

    private static DateTimeOffset Changed(BlobItem blob) => blob.Properties.LastModified ?? DateTimeOffset.MaxValue;

    private static string Version(BlobItem blob) => blob.Properties.ETag.ToString() ?? string.Empty;
}
