namespace DpSynth.Synthesis.Datasets;

/// <summary>An encoded private image as it is stored.</summary>
/// <param name="Name">The blob's name, followed by <c>!entry</c> for an image in an archive.</param>
/// <param name="Encoded">The file's bytes.</param>
public sealed record PrivateImage(string Name, ReadOnlyMemory<byte> Encoded);
