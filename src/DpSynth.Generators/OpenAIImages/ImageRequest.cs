namespace DpSynth.Generators.OpenAIImages;

/// <summary>
/// All that is ever sent to an image API for one image: words of the run's request, and for a variation one candidate's picture. There is
/// no member that could carry anything else.
/// </summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Candidate">For a variation: a PNG of the candidate, which an image API made. Null to generate from the prompt alone.</param>
/// <param name="Look">What the image is to be like.</param>
internal sealed record ImageRequest(string Prompt, ReadOnlyMemory<byte>? Candidate, ImageLook Look);

/// <summary>The options sent with every request of a run.</summary>
/// <param name="Size">As <c>1024x1024</c>.</param>
/// <param name="Quality">The quality.</param>
/// <param name="Background">The background; null to leave it out.</param>
/// <param name="Format">The file format; null to leave it out.</param>
/// <param name="InputFidelity">For edits, how closely they keep to the image; null to leave it out.</param>
internal sealed record ImageLook(string Size, string Quality, string? Background, string? Format, string? InputFidelity);

/// <summary>One image as the API answered it.</summary>
/// <param name="File">The file.</param>
/// <param name="RequestId">The service's name for the request; null if it gave none.</param>
/// <param name="InputTokens">Tokens of the prompt and the image sent, as the service counts; 0 if it says nothing.</param>
/// <param name="OutputTokens">Tokens of the image; 0 if it says nothing.</param>
internal sealed record ImageAnswer(BinaryData File, string? RequestId, long InputTokens, long OutputTokens);
