using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.Models;

/// <summary>One file of a model.</summary>
/// <param name="Path">Where it lies in the model's folder, its parts separated by <c>/</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">The hash of its content; see <see cref="ModelHash"/>.</param>
public sealed record ModelFile(string Path, long Bytes, string Sha256);

/// <summary>What a model consists of. Two machines hold the same model exactly if their indexes have the same fingerprint.</summary>
/// <param name="Fingerprint">
/// SHA-256 of the lines <c>PATH TAB BYTES TAB SHA256 LF</c> of all files in UTF-8, in ordinal order of their paths.
/// </param>
/// <param name="Files">The files in that order.</param>
public sealed record ModelIndex(string Fingerprint, IReadOnlyList<ModelFile> Files)
{
    /// <summary>Bytes of all files.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Makes the index of files.</summary>
    public static ModelIndex Of(IEnumerable<ModelFile> files)
    {
        ModelFile[] sorted = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in sorted)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{file.Path}\t{file.Bytes}\t{file.Sha256}\n")));
        }

        return new ModelIndex(Convert.ToHexStringLower(hash.GetHashAndReset()), sorted);
    }

    /// <summary>
    /// What is wrong with an index that came from elsewhere, as the end of a sentence; null if nothing is: every path stays inside the
    /// model's folder, and the fingerprint is that of the files.
    /// </summary>
    public string? DescribeFault()
    {
        if (Files is not { Count: > 0 })
        {
            return "it names no files";
        }

        if (Files.Any(file => file is null || !IsInside(file.Path) || file.Bytes < 0 || !ModelHash.IsValid(file.Sha256)))
        {
            return "it names a file whose path, length or hash is none";
        }

        if (Files.DistinctBy(file => file.Path, StringComparer.OrdinalIgnoreCase).Count() != Files.Count)
        {
            return "it names a file twice";
        }

        return Of(Files).Fingerprint == Fingerprint ? null : "its fingerprint is not that of its files";
    }

    private static bool IsInside(string? path) =>
        path is { Length: > 0 and <= 400 }
        && !path.Any(character => char.IsControl(character) || character is '\\' or ':')
        && path.Split('/').All(part => part.Length > 0 && part[0] != '.');
}
