namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// A dataset is not what it was when its run was planned. A run reads one state of its dataset or ends, before anything is released. The message is one
/// sentence for the run's status.
/// </summary>
public sealed class DatasetChangedException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>A file was replaced or removed.</summary>
    public static DatasetChangedException Of(string file, Exception? innerException = null) => new(
        $"The file '{file}' was replaced or removed while a run was to read it; leave a dataset alone until its runs have embedded it, and send the request again under another id.",
        innerException);
}
