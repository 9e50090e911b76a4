namespace DpSynth.Storage.Models;

/// <summary>Where fetched models stay; configuration section <c>Models</c>, which has further settings of other readers.</summary>
public sealed class ModelStoreOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Models";

    /// <summary>The directory that models are fetched into.</summary>
    /// <value>null: <c>dpsynth-models</c> among the machine's temporary files.</value>
    public string? Cache { get; set; }

    /// <summary>The directory as configured, or the default one.</summary>
    public string CacheDirectory => Cache is { Length: > 0 } path ? Path.GetFullPath(path) : Path.Combine(Path.GetTempPath(), "dpsynth-models");
}
