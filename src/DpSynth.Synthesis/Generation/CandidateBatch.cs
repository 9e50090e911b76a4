using DpSynth.Imaging;

namespace DpSynth.Synthesis.Generation;

/// <summary>
/// Candidates of one class: their images and, for generators that draw from parameters, the parameters they were drawn from.
/// </summary>
/// <param name="Images">The candidates' images, or null where only parameters were loaded.</param>
/// <param name="Parameters"><c>[count, parameterCount]</c> float32, row-major; empty where the generator has no parameters.</param>
/// <param name="Count">Number of candidates.</param>
/// <param name="ParameterCount">Parameters a candidate has; their meaning is the generator's.</param>
public sealed record CandidateBatch(ImageBatch? Images, ReadOnlyMemory<float> Parameters, int Count, int ParameterCount)
{
    /// <summary>What the generator has to say of them; not read back with stored candidates, but by <see cref="ICandidateStore.ReadNotesAsync"/>.</summary>
    public GenerationNotes Notes { get; init; } = GenerationNotes.None;

    /// <summary>The parameters of one candidate.</summary>
    public ReadOnlySpan<float> ParametersOf(int index) => Parameters.Span.Slice(index * ParameterCount, ParameterCount);
}
