using System.Text.Json;
using DpSynth.Generators.OpenAIImages.Prompts;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Synthesis;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>A drawing as it is kept until its generation is stored: at the run's size, with what it was drawn from.</summary>
/// <param name="Prompt">Index of its prompt.</param>
/// <param name="Style">Index of its style.</param>
/// <param name="RequestId">The service's name for the request that made it.</param>
/// <param name="Image">PNG.</param>
internal sealed record KeptDrawing(int Prompt, int Style, string? RequestId, byte[] Image)
{
    /// <summary>The prompt and style.</summary>
    public PromptChoice Choice => new(Prompt, Style);

    /// <summary>Makes a drawing's record.</summary>
    public static byte[] Encode(PromptChoice choice, string? requestId, ReadOnlySpan<byte> pixels, ImageShape shape) =>
        JsonSerializer.SerializeToUtf8Bytes(new KeptDrawing(choice.Prompt, choice.Style, requestId, PngEncoder.Encode(pixels, shape)), SynthesisJson.Options);

    /// <summary>Reads a drawing's record; null if it is damaged.</summary>
    public static KeptDrawing? TryDecode(ReadOnlySpan<byte> record, ImageDecoder decoder, ImageShape shape, Span<byte> pixels)
    {
        try
        {
            var kept = JsonSerializer.Deserialize<KeptDrawing>(record, SynthesisJson.Options);
            if (kept?.Image is null)
            {
                return null;
            }

            decoder.Decode(kept.Image, shape, ResizeMode.Stretch, pixels);
            return kept;
        }
        catch (Exception fault) when (fault is JsonException or ImageRejectedException)
        {
            return null;
        }
    }
}
