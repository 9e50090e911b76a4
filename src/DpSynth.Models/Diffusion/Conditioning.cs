namespace DpSynth.Models.Diffusion;

/// <summary>What an image should show, and what classifier-free guidance moves away from (Ho and Salimans, arXiv 2207.12598).</summary>
/// <param name="Condition">The prompt, or tokens given directly.</param>
/// <param name="Unconditional">The negative or empty prompt, or zero tokens; as many tokens as the condition.</param>
public sealed record Conditioning(PromptEmbedding Condition, PromptEmbedding Unconditional);
