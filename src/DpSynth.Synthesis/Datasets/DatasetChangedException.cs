namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// A dataset is not what it was when its run was planned. A run reads one state of its dataset or ends, before anything is measured. The message is one
/// sentence for the run's status; it goes through logs and the orchestration's history, and so names no private file.
/// </summary>
public sealed class DatasetChangedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>A file was replaced or removed.</summary>
    /// <param name="blob">Its name, of which only the dataset is told.</param>
    /// <param name="innerException">What the store answered.</param>
    public static DatasetChangedException Of(string blob, Exception? innerException = null) => new(
        $"A file of the dataset '{blob.Split('/')[0]}' was replaced or removed after its run was planned: times of modification tell which. "
            + "Leave a dataset alone until its runs have embedded it, and send the request again under another id.",
        innerException);
}
