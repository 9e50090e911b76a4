namespace DpSynth.Models.Tokenization;

/// <summary>A prompt as the text encoder takes it.</summary>
/// <param name="Ids">Token ids, as many as the context has: start, text, end, padding.</param>
/// <param name="TextTokens">Tokens that the whole text has, without start and end.</param>
/// <param name="Truncated">Whether tokens of the text were left out because the context has no room for them.</param>
public sealed record TokenizedPrompt(IReadOnlyList<int> Ids, int TextTokens, bool Truncated);
