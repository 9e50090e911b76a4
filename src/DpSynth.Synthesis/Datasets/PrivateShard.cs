namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// One piece of a private dataset, the unit of work of embedding and voting. All its images are of one class.
/// </summary>
/// <param name="Number">The shard's number in the run, from 0.</param>
/// <param name="ClassIndex">The class's place in the run's list of classes.</param>
/// <param name="Blobs">Names of the blobs in <c>private-data</c> whose images make up the shard: image files, or <c>.tar</c> archives of them.</param>
/// <param name="Versions">The version of each blob that was listed, and no other is read; null in plans made before versions were pinned.</param>
public sealed record PrivateShard(int Number, int ClassIndex, IReadOnlyList<string> Blobs, IReadOnlyList<string>? Versions = null)
{
    /// <summary>Bytes of the blobs together, by the listing; null in plans made before it was noted.</summary>
    public long? Length { get; init; }
}
