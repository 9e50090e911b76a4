using System.Text.Json.Serialization;
using DpSynth.Synthesis.Requests.OpenAIImages;

namespace DpSynth.Synthesis.Requests;

/// <summary>The generator a request names, with its options.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(DrawTextOptions), DrawTextOptions.GeneratorName)]
[JsonDerivedType(typeof(NearestImageOptions), NearestImageOptions.GeneratorName)]
[JsonDerivedType(typeof(OpenAIImagesOptions), OpenAIImagesOptions.GeneratorName)]
[JsonDerivedType(typeof(StableDiffusionOptions), StableDiffusionOptions.GeneratorName)]
public abstract record GeneratorOptions
{
    /// <summary>The generator's name in requests.</summary>
    [JsonIgnore]
    public abstract string Name { get; }

    /// <summary>Candidates a generation job makes: enough to keep a worker busy for seconds, few enough to share and to redo.</summary>
    [JsonIgnore]
    public virtual int CandidatesPerShard => 2000;

    /// <summary>What is wrong with the options, as one sentence; null if nothing is that can be told from the request alone.</summary>
    public abstract string? DescribeFault();

    /// <summary>What is wrong with a variation degree for this generator, as one sentence; null if nothing is.</summary>
    public abstract string? DescribeFault(VariationDegree degree);
}
