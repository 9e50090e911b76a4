using System.Collections.Concurrent;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>
/// A worker's way to an image API: one connection and one set of limits a deployment, whatever runs ask of it. It holds the stores of the
/// candidates and nothing else: there is no way from here to private data. Thread-safe.
/// </summary>
/// <param name="options">Which API, as whom, how hard.</param>
/// <param name="records">What workers share.</param>
/// <param name="drawings">Where images are kept as they come.</param>
/// <param name="decoder">Decodes them.</param>
/// <param name="time">The clock.</param>
public sealed class ImageApi(ImageApiOptions options, ISharedRecords records, IDrawingStore drawings, ImageDecoder decoder, TimeProvider time) : IDisposable
{
    private readonly ImageClients _clients = new(options);
    private readonly ConcurrentDictionary<string, ImageDeployment> _deployments = new(StringComparer.Ordinal);

    /// <summary>Makes the generator of a run.</summary>
    /// <exception cref="GenerationException">The worker's settings are wrong, or the key is missing.</exception>
    public async Task<IGenerator> CreateGeneratorAsync(OpenAIImagesOptions request, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (options.Endpoint is null)
        {
            throw new GenerationException($"This worker asks no image API: set '{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Endpoint)}'.");
        }

        if (options.DescribeFault() is { } fault)
        {
            throw new GenerationException($"The worker's settings are wrong: {fault}");
        }

        var name = request.Deployment ?? request.Model;
        if (!_deployments.TryGetValue(name, out var deployment))
        {
            var client = await _clients.CreateAsync(name);
            deployment = _deployments.GetOrAdd(name, key => new ImageDeployment(key, client, options, records, time));
        }

        return new OpenAIImagesGenerator(request, shape, deployment, records, drawings, decoder);
    }

    /// <inheritdoc/>
    public void Dispose() => _clients.Dispose();
}
