using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The two calls of Private Evolution (arXiv 2305.15560, section 4): <c>RANDOM_API</c> and <c>VARIATION_API</c>. A generator never
/// sees private data: neither its constructor nor its arguments can carry any. Thread-safe.
/// </summary>
/// <remarks>
/// Every candidate has a seed of its own: the same seed, parent and degree give the same candidate whatever else is in the batch.
/// </remarks>
public interface IGenerator
{
    /// <summary>Parameters a candidate carries; 0 for generators that know only pixels.</summary>
    int ParameterCount { get; }

    /// <summary>Whether <see cref="VaryAsync"/> reads the parents' images; if not, parents may be passed with parameters only.</summary>
    bool VariesFromImages { get; }

    /// <summary>Proposes candidates from nothing but the class's name.</summary>
    /// <param name="className">The class, or null in an unconditional run. Generators without knowledge of classes ignore it.</param>
    /// <param name="seeds">One seed a candidate.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken);

    /// <summary>Proposes variations of candidates: result i varies parent <paramref name="parentOf"/>[i] with seed i.</summary>
    /// <param name="parents">The candidates to vary.</param>
    /// <param name="parentOf">For each result, the index of its parent in <paramref name="parents"/>.</param>
    /// <param name="degree">How far to move.</param>
    /// <param name="className">The parents' class, or null in an unconditional run.</param>
    /// <param name="seeds">One seed a result; as long as <paramref name="parentOf"/>.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents,
        ReadOnlyMemory<int> parentOf,
        VariationDegree degree,
        string? className,
        ReadOnlyMemory<ulong> seeds,
        CancellationToken cancellationToken);
}
