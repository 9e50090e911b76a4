namespace DpSynth.Models.Embedding;

/// <summary>How an output with a vector for each token becomes one vector.</summary>
public enum TokenReduction
{
    /// <summary>The first token's vector.</summary>
    First,

    /// <summary>The mean over all tokens.</summary>
    Mean,
}
