using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Models.Diffusion;
using DpSynth.Models.Embedding;

namespace DpSynth.ImageServer.Makers;

/// <summary>
/// Makes images with a Stable Diffusion pipeline, as a foundation model would behind an API: an edit starts from the image sent, with a
/// strength that it reads off the prompt's words.
/// </summary>
/// <param name="pipeline">The model; stays the caller's.</param>
/// <param name="settings">Steps and guidance.</param>
/// <param name="strengths">Words for strengths, and how strong they are; the last for a prompt that has none of them.</param>
public sealed class DiffusionImageMaker(
    StableDiffusionPipeline pipeline, DiffusionSettings settings, IReadOnlyList<(string Words, double Strength)> strengths) : IImageMaker, IDisposable
{
    private readonly ImageDecoder _decoder = new(new DecodeLimits());

    // The pipeline uses every core for one call.
    private readonly SemaphoreSlim _turn = new(1);

    /// <inheritdoc/>
    public async Task<byte[]> MakeAsync(ImageOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Make(order, cancellationToken), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private byte[] Make(ImageOrder order, CancellationToken cancellationToken)
    {
        var shape = pipeline.DefaultShape ?? throw new InvalidOperationException("The model has no size of its own.");
        InitialImages? start = null;
        if (order.Image is { } sent)
        {
            var image = new ImageBatch(shape, 1);
            _decoder.Decode(sent.Span, shape, ResizeMode.Stretch, image.Pixels);
            start = new InitialImages(image, new[] { 0 }, StrengthOf(order.Prompt));
        }

        var made = pipeline.Generate(
            new DiffusionRequest
            {
                Settings = settings,
                Seeds = new[] { (ulong)order.Number },
                Conditionings = [pipeline.Prompts.Encode(SubjectOf(order), null)],
                ConditioningOf = new[] { 0 },
                Start = start,
            },
            cancellationToken);
        var resizer = new ImageResizer(shape, order.Width, order.Height, ResamplingFilter.Lanczos);
        var result = new byte[resizer.Target.ByteCount];
        resizer.Resize(made.Images[0], result, new byte[resizer.ScratchLength]);
        return PngEncoder.Encode(result, resizer.Target);
    }

    private double StrengthOf(string prompt) =>
        strengths.FirstOrDefault(strength => prompt.Contains(strength.Words, StringComparison.Ordinal), strengths[^1]).Strength;

    // A small model knows captions, not instructions: of an edit's prompt it is given what follows the colon.
    private static string SubjectOf(ImageOrder order) =>
        order.Image is not null && order.Prompt.LastIndexOf(':') is >= 0 and var colon ? order.Prompt[(colon + 1)..].Trim() : order.Prompt;
}
