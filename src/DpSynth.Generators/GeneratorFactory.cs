using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators;

/// <summary>Makes the generators of the backends there are. Thread-safe.</summary>
public sealed class GeneratorFactory(IEnumerable<IGeneratorBackend> backends) : IGeneratorFactory
{
    private readonly Dictionary<Type, IGeneratorBackend> _backends = backends.ToDictionary(backend => backend.Options);

    /// <inheritdoc/>
    /// <exception cref="GenerationException">The model is missing or not the one the run pinned, cannot be loaded, or makes no images of that
    /// shape.</exception>
    /// <exception cref="ArgumentException">The options are invalid, or name a font that does not ship.</exception>
    public ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.DescribeFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        return _backends.TryGetValue(options.GetType(), out var backend)
            ? backend.CreateAsync(options, shape, cancellationToken)
            : throw new NotSupportedException($"This worker has no generator '{options.Name}'.");
    }
}
