namespace DpSynth.Synthesis.Datasets;

/// <summary>What lies in a dataset's folder, read from blob names and sizes alone.</summary>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Blobs">Its blobs, in ordinal order of their names.</param>
/// <param name="IsUploading">Whether an upload is under way or was broken off: the hidden blob <see cref="UploadMarker"/> is there.</param>
public sealed record DatasetListing(string Dataset, IReadOnlyList<DatasetBlob> Blobs, bool IsUploading = false)
{
    /// <summary>Name of the blob in a dataset's folder that an upload leaves there until it is done.</summary>
    public const string UploadMarker = ".uploading";
}

/// <summary>One blob of a dataset.</summary>
/// <param name="Name">The full name in <c>private-data</c>: <c>dataset/class/…</c>, or <c>dataset/file</c> where there are no classes.</param>
/// <param name="ClassName">The folder below the dataset's, or null.</param>
/// <param name="Length">Bytes.</param>
/// <param name="IsArchive">Whether it is a <c>.tar</c> of images rather than an image.</param>
/// <param name="Version">The blob's version as the store names it: another one once it is written again.</param>
public sealed record DatasetBlob(string Name, string? ClassName, long Length, bool IsArchive, string Version);
