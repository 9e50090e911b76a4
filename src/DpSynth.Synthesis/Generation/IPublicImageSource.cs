using DpSynth.Imaging;

namespace DpSynth.Synthesis.Generation;

/// <summary>Public images that a generator may draw from. They are open to every worker; nothing private is among them.</summary>
public interface IPublicImageSource
{
    /// <summary>Loads the whole set in a fixed order, every image brought to <paramref name="shape"/>.</summary>
    /// <param name="name">The set: the folder <c>public/NAME</c> of the container <c>candidates</c>.</param>
    /// <param name="shape">The shape of the images wanted.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">There is no such set, or it is empty; the text says what to do.</exception>
    ValueTask<ImageBatch> LoadAsync(string name, ImageShape shape, CancellationToken cancellationToken);
}
