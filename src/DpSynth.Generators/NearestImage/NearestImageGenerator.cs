using DpSynth.Catalogue.NearestImage;
using DpSynth.Imaging;
using DpSynth.Numerics;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.NearestImage;

/// <summary>
/// The generator <c>nearest-image</c>; see <see cref="NearestImageOptions"/>. A candidate's one parameter is the index of its
/// public image. Nearness is Euclidean over pixels, among equals the lower index is nearer; an image is its own nearest. Knows
/// nothing of classes. Thread-safe.
/// </summary>
public sealed class NearestImageGenerator : IGenerator
{
    // Above it float32 no longer holds every index.
    private const int LargestSet = 1 << 24;

    private readonly ImageBatch _images;
    private readonly NeighbourOrder _order;

    internal NearestImageGenerator(ImageBatch images)
    {
        if (images.Count is 0 or > LargestSet)
        {
            throw new ArgumentException($"A public set holds 1 to {LargestSet} images, not {images.Count}.", nameof(images));
        }

        _images = images;
        _order = new NeighbourOrder(images);
    }

    /// <inheritdoc/>
    public int ParameterCount => 1;

    /// <inheritdoc/>
    public bool VariesFromImages => false;

    /// <inheritdoc/>
    public ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken)
    {
        var chosen = new int[seeds.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            chosen[i] = new SeededRandom(seeds.Span[i]).NextInt(_images.Count);
        }

        return ValueTask.FromResult(Candidates(chosen));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The degree is no whole number of 1 to the size of the public set, or a parent is unknown.</exception>
    public ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents,
        ReadOnlyMemory<int> parentOf,
        VariationDegree degree,
        string? className,
        ReadOnlyMemory<ulong> seeds,
        CancellationToken cancellationToken)
    {
        if (seeds.Length != parentOf.Length)
        {
            throw new ArgumentException($"{parentOf.Length} variations need as many seeds, not {seeds.Length}.", nameof(seeds));
        }

        var neighbours = NeighboursOf(degree);
        var drawn = new int[seeds.Length];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = new SeededRandom(seeds.Span[i]).NextInt(neighbours);
        }

        // All variations of one image are served by one search.
        var chosen = new int[seeds.Length];
        var byImage = Enumerable.Range(0, chosen.Length).GroupBy(i => IndexOf(parents, parentOf.Span[i])).ToArray();
        Parallel.ForEach(byImage, new ParallelOptions { CancellationToken = cancellationToken }, group =>
        {
            var nearest = _order.Nearest(group.Key, neighbours);
            foreach (var i in group)
            {
                chosen[i] = nearest[drawn[i]];
            }
        });

        return ValueTask.FromResult(Candidates(chosen));
    }

    private int NeighboursOf(VariationDegree degree)
    {
        var options = new NearestImageOptions { PublicSet = NearestImageOptions.GeneratorName };
        if (options.DescribeFault(degree) is { } fault)
        {
            throw new ArgumentException(fault, nameof(degree));
        }

        if (degree.Value!.Value > _images.Count)
        {
            throw new ArgumentException(
                $"The degree {degree.Value} asks for more neighbours than the public set has images, {_images.Count}.", nameof(degree));
        }

        return (int)degree.Value.Value;
    }

    private int IndexOf(CandidateBatch parents, int parent)
    {
        var index = parents.ParametersOf(parent)[0];
        return index >= 0 && index < _images.Count
            ? (int)index
            : throw new ArgumentException($"Parent {parent} names an image that the public set does not have.", nameof(parents));
    }

    private CandidateBatch Candidates(int[] chosen)
    {
        var images = new ImageBatch(_images.Shape, chosen.Length);
        var parameters = new float[chosen.Length];
        for (var i = 0; i < chosen.Length; i++)
        {
            _images[chosen[i]].CopyTo(images[i]);
            parameters[i] = chosen[i];
        }

        return new CandidateBatch(images, parameters, chosen.Length, 1);
    }
}
