namespace DpSynth.ImageServer.Makers;

/// <summary>Makes the images that the server answers with. Thread-safe.</summary>
public interface IImageMaker
{
    /// <summary>Makes one image.</summary>
    /// <returns>A PNG of the size ordered.</returns>
    Task<byte[]> MakeAsync(ImageOrder order, CancellationToken cancellationToken);
}

/// <summary>One image as it was asked for.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Image">For an edit, the image sent; null for a generation.</param>
/// <param name="Number">The request's number, from 1: makes images of equal requests differ.</param>
public sealed record ImageOrder(string Prompt, int Width, int Height, ReadOnlyMemory<byte>? Image, long Number);
