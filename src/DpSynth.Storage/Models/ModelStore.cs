using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Storage.Models;

/// <summary>
/// The models of a machine: those that lie in its models directory come first, others are fetched from the container <c>models</c>.
/// </summary>
/// <param name="local">The models directory.</param>
/// <param name="container">The container.</param>
/// <param name="cache">Where what was fetched stays.</param>
public sealed class ModelStore(LocalModels local, ModelContainer container, ModelCache cache) : IModelCatalogue, IModelSource
{
    /// <inheritdoc/>
    public async Task<ModelIndex?> FindAsync(string name, CancellationToken cancellationToken) =>
        await local.FindAsync(name, cancellationToken) ?? await container.FindAsync(name, cancellationToken);

    /// <inheritdoc/>
    public async Task<LocalModel> OpenAsync(string name, string? hash, CancellationToken cancellationToken)
    {
        var here = await local.FindAsync(name, cancellationToken);
        if (here is not null && (hash is null || hash == here.Fingerprint))
        {
            return await local.OpenAsync(name, here.Fingerprint, cancellationToken);
        }

        if (hash is not null && await cache.FindAsync(hash, cancellationToken) is { } cached)
        {
            return new LocalModel(cached, hash);
        }

        var stored = await container.FindAsync(name, cancellationToken);
        if (stored is not null && (hash is null || hash == stored.Fingerprint))
        {
            return new LocalModel(await cache.GetAsync(name, stored, cancellationToken), stored.Fingerprint);
        }

        string[] found =
        [
            .. here is null ? Enumerable.Empty<string>() : [$"this machine holds it as {ModelHash.Short(here.Fingerprint)}"],
            .. stored is null ? Enumerable.Empty<string>() : [$"the container '{ExchangeLayout.Models}' holds it as {ModelHash.Short(stored.Fingerprint)}"],
        ];
        throw new ModelUnavailableException(found.Length == 0
            ? $"{local.DescribeAbsence(name)}, nor is there one in the container '{ExchangeLayout.Models}'."
            : LocalModels.DescribeMismatch(name, hash!, string.Join(" and ", found)));
    }
}
