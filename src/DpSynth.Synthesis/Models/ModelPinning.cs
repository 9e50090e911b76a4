using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Models;

/// <summary>
/// Pins the models of a run: a request that names a model comes out with the fingerprint that the model has now, so that everyone who
/// works on the run later works with the same one, or refuses.
/// </summary>
public static class ModelPinning
{
    /// <summary>Pins what a request does not pin itself.</summary>
    /// <returns>The request with its models pinned, or one sentence on why one cannot be.</returns>
    public static async Task<(RunRequest? Pinned, string? Fault)> PinAsync(
        RunRequest request, IModelCatalogue catalogue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(catalogue);
        if (request.Generator.PinnedModel is { Hash: null } generator)
        {
            if (await catalogue.FindAsync(generator.Name, cancellationToken) is not { } index)
            {
                return (null, DescribeUnknown("generator", generator.Name));
            }

            request = request with { Generator = request.Generator.WithModelHash(index.Fingerprint) };
        }

        if (request.Embedder.PinnedModel is { Hash: null } embedder)
        {
            if (await catalogue.FindAsync(embedder.Name, cancellationToken) is not { } index)
            {
                return (null, DescribeUnknown("embedder", embedder.Name));
            }

            request = request with { Embedder = request.Embedder.WithModelHash(index.Fingerprint) };
        }

        return (request, null);
    }

    private static string DescribeUnknown(string part, string model) =>
        $"The {part}'s model '{model}' is neither in the function app's models directory nor among the models that were pushed, so that the run cannot "
            + $"pin it; push it under that name{(part == "generator" ? $", or state its hash as '{part}.options.modelHash'" : "")}.";
}
