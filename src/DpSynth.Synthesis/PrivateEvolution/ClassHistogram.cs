using DpSynth.Numerics;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>One class's share of a measurement: the noisy votes for its candidates.</summary>
/// <param name="NoisyCounts">One finite count a candidate, at least one.</param>
/// <param name="Sigma">Standard deviation of the counts' noise in votes, at least 0.</param>
/// <param name="Embeddings">
/// The candidates' embeddings as they were voted on, one row a count; needed only for <c>SmoothingNeighbours</c> and <c>ContrastNeighbours</c> above 0.
/// </param>
public sealed record ClassHistogram(double[] NoisyCounts, double Sigma, EmbeddingMatrix? Embeddings = null);
