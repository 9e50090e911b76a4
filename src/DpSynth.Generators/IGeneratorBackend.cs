using DpSynth.Imaging;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators;

/// <summary>Makes the generators of one kind.</summary>
public interface IGeneratorBackend
{
    /// <summary>The type of their options.</summary>
    Type Options { get; }

    /// <summary>Makes one.</summary>
    /// <param name="options">Of the type <see cref="Options"/>, and without fault.</param>
    /// <param name="shape">The shape of its candidates.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="GenerationException">It cannot be made here; the message says in one sentence why.</exception>
    ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken);
}

/// <summary>Makes the generators of one kind.</summary>
/// <typeparam name="TOptions">The type of their options.</typeparam>
public abstract class GeneratorBackend<TOptions> : IGeneratorBackend
    where TOptions : GeneratorOptions
{
    /// <inheritdoc/>
    public Type Options => typeof(TOptions);

    /// <inheritdoc/>
    public ValueTask<IGenerator> CreateAsync(GeneratorOptions options, ImageShape shape, CancellationToken cancellationToken) =>
        CreateAsync((TOptions)options, shape, cancellationToken);

    /// <inheritdoc cref="IGeneratorBackend.CreateAsync"/>
    protected abstract ValueTask<IGenerator> CreateAsync(TOptions options, ImageShape shape, CancellationToken cancellationToken);
}
