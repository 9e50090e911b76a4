namespace DpSynth.Models.Sessions;

/// <summary>A model could not be executed. The message is one sentence.</summary>
public sealed class InferenceException(string message, bool outOfMemory = false, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether memory was lacking, so that a smaller batch may do.</summary>
    public bool OutOfMemory { get; } = outOfMemory;
}
