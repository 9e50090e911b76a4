using DpSynth.Imaging;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// Public image sets: a generator may draw from them, a release be compared with them. They are open to every worker; nothing private is among them.
/// </summary>
public interface IPublicImageSource
{
    /// <summary>Whether there is a set of that name with at least one image or archive.</summary>
    /// <param name="name">The set: the folder <c>public/NAME</c> of the container <c>candidates</c>.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<bool> ExistsAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads the whole set in a fixed order, block by block, every image brought to <paramref name="shape"/>.</summary>
    /// <param name="name">The set.</param>
    /// <param name="shape">The shape of the images wanted.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">There is no such set, or it is empty; the text says what to do.</exception>
    IAsyncEnumerable<ImageBatch> ReadAsync(string name, ImageShape shape, CancellationToken cancellationToken);
}
