using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Models;

/// <summary>The models that lie in a directory of this machine, a folder each.</summary>
/// <param name="directory">The directory; it need not exist.</param>
/// <param name="hashes">Hashes files.</param>
public sealed class LocalModels(string directory, FileHashes hashes) : IModelCatalogue, IModelSource
{
    private const int NamedFolders = 10;

    /// <summary>The models of a directory.</summary>
    public LocalModels(string directory)
        : this(directory, new FileHashes())
    {
    }

    /// <inheritdoc/>
    public async Task<ModelIndex?> FindAsync(string name, CancellationToken cancellationToken) =>
        FolderOf(name) is { } folder ? await hashes.IndexAsync(folder, cancellationToken) : null;

    /// <inheritdoc/>
    public async Task<LocalModel> OpenAsync(string name, string? hash, CancellationToken cancellationToken)
    {
        var index = await FindAsync(name, cancellationToken) ?? throw new ModelUnavailableException($"{DescribeAbsence(name)}.");
        return hash is null || hash == index.Fingerprint
            ? new LocalModel(FolderOf(name)!, index.Fingerprint)
            : throw new ModelUnavailableException(DescribeMismatch(name, hash, $"{directory} holds it as {ModelHash.Short(index.Fingerprint)}"));
    }

    /// <summary>The sentence for a model that is there, but not as the run pinned it.</summary>
    public static string DescribeMismatch(string name, string pinned, string found)
    {
        ArgumentNullException.ThrowIfNull(pinned);
        return $"The run pinned the model '{name}' as {ModelHash.Short(pinned)}, but {found}; bring that model back, or start a new run with this one.";
    }

    /// <summary>Says that a model is missing and which there are; without a full stop.</summary>
    public string DescribeAbsence(string name)
    {
        string?[] known = Directory.Exists(directory)
            ? [.. Directory.EnumerateDirectories(directory).Select(Path.GetFileName).Where(ModelName.IsValid).Order(StringComparer.Ordinal).Take(NamedFolders)]
            : [];
        return $"There is no model '{name}' in {directory}, which holds {(known.Length > 0 ? string.Join(", ", known) : "none")}";
    }

    /// <summary>A model's folder; null if there is none. A name that breaks the rule names none.</summary>
    private string? FolderOf(string name) =>
        ModelName.IsValid(name) && Path.Combine(directory, name) is var folder && Directory.Exists(folder) ? folder : null;
}
