namespace DpSynth.Synthesis.Generation;

/// <summary>A generation job cannot succeed however often it is tried. The message is one sentence for the run's status.</summary>
public sealed class GenerationException(string message, Exception? innerException = null) : Exception(message, innerException);
