namespace DpSynth.Imaging.Decoding;

/// <summary>
/// An image is refused. The message is one sentence about the file as a whole; neither it nor an inner exception holds anything of
/// its contents, so it may be shown and logged.
/// </summary>
/// <param name="reason">Why.</param>
/// <param name="message">The sentence.</param>
public sealed class ImageRejectedException(ImageRejection reason, string message) : Exception(message)
{
    /// <summary>Why the image is refused.</summary>
    public ImageRejection Reason { get; } = reason;
}
