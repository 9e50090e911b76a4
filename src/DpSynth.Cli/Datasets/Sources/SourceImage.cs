namespace DpSynth.Cli.Datasets.Sources;

/// <summary>One image file on the way into a dataset.</summary>
/// <param name="Name">Its path below the class's folder, parts separated by <c>/</c>.</param>
/// <param name="Length">Its bytes, or about as many.</param>
/// <param name="ReadAsync">Reads the encoded file.</param>
public sealed record SourceImage(string Name, long Length, Func<CancellationToken, Task<byte[]>> ReadAsync);

/// <summary>The images of one class.</summary>
/// <param name="Name">The class; null in a dataset without classes.</param>
/// <param name="Images">At least one.</param>
public sealed record SourceClass(string? Name, IReadOnlyList<SourceImage> Images);
