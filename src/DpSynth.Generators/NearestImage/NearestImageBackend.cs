using DpSynth.Catalogue.NearestImage;
using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.NearestImage;

/// <summary>Makes <c>nearest-image</c> from sets of public images.</summary>
public sealed class NearestImageBackend(IPublicImageSource publicImages) : GeneratorBackend<NearestImageOptions>
{
    /// <inheritdoc/>
    protected override async ValueTask<IGenerator> CreateAsync(NearestImageOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new NearestImageGenerator(await publicImages.LoadAsync(options.PublicSet, shape, cancellationToken));
    }
}
