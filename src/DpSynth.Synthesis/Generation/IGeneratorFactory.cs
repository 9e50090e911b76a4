using DpSynth.Imaging;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>Makes the generator that a request names.</summary>
public interface IGeneratorFactory
{
    /// <summary>Makes the generator for candidates of <paramref name="shape"/>.</summary>
    /// <exception cref="NotSupportedException">This worker has no generator of that kind.</exception>
    ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken);
}
