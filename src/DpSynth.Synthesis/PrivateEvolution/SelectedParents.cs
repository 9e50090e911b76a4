namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>The parents drawn from one class's noisy histogram.</summary>
/// <param name="Indices">For each child its parent: the place of a candidate in the histogram.</param>
/// <param name="Survivors">Candidates whose count was above the threshold.</param>
/// <param name="Fallback">
/// Null where the threshold left candidates; else <see cref="RankFallback"/>, for the run's manifest.
/// </param>
public sealed record SelectedParents(IReadOnlyList<int> Indices, int Survivors, string? Fallback)
{
    /// <summary>Nothing was above the threshold: the parents are the tenth of the candidates with the largest noisy counts.</summary>
    public const string RankFallback = "rank";
}
