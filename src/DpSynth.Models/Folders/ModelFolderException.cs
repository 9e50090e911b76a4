namespace DpSynth.Models.Folders;

/// <summary>A model folder lacks a file, holds one that cannot be read, or asks for something that is not supported. The message is one sentence.</summary>
public sealed class ModelFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
