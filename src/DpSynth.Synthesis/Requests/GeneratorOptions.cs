using System.Text.Json.Serialization;
using DpSynth.Imaging;

namespace DpSynth.Synthesis.Requests;

/// <summary>The generator a request names, with its options.</summary>
[JsonConverter(typeof(CatalogueNeeded<GeneratorOptions>))]
public abstract record GeneratorOptions
{
    /// <summary>The generator.</summary>
    [JsonIgnore]
    public abstract GeneratorDescriptor Descriptor { get; }

    /// <summary>The generator's name in requests.</summary>
    [JsonIgnore]
    public string Name => Descriptor.Name;

    /// <summary>Candidates a generation job makes: enough to keep a worker busy for seconds, few enough to share and to redo.</summary>
    [JsonIgnore]
    public virtual int CandidatesPerShard => 2000;

    /// <summary>The model it works with; null where it has none that is pinned.</summary>
    [JsonIgnore]
    public virtual ModelReference? PinnedModel => null;

    /// <summary>The public image set it draws from; null where it needs none.</summary>
    [JsonIgnore]
    public virtual string? PublicImages => null;

    /// <summary>Whether its words name the class, so that there must be classes.</summary>
    [JsonIgnore]
    public virtual bool NamesClass => false;

    /// <summary>The same with its model pinned.</summary>
    /// <param name="hash">The model's fingerprint (<see cref="Models.ModelIndex"/>).</param>
    public virtual GeneratorOptions WithModelHash(string hash) => this;

    /// <summary>What is wrong with the options, as one sentence; null if nothing is that can be told from them alone.</summary>
    public abstract string? DescribeFault();

    /// <summary>What is wrong with a variation degree for this generator, as one sentence; null if nothing is.</summary>
    public abstract string? DescribeFault(VariationDegree degree);

    /// <summary>What is wrong with so much work of images of a shape, as one sentence; null if nothing is.</summary>
    public virtual string? DescribeFault(ImageWork work, ImageShape shape) => null;

    /// <summary>What so much work costs in US dollars if no answer is lost and no job is done twice; null where nothing is paid.</summary>
    public virtual decimal? CostOf(ImageWork work, ImageShape shape) => null;
}

/// <summary>A model that a request names.</summary>
/// <param name="Name">Its name; see <see cref="ModelName"/>.</param>
/// <param name="Hash">Its fingerprint (<see cref="Models.ModelIndex"/>); null until the run is planned, unless the request states it.</param>
public sealed record ModelReference(string Name, string? Hash);
