using System.Collections.Concurrent;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Accounts;
using DpSynth.Generators.OpenAIImages.Prompts;
using DpSynth.Generators.OpenAIImages.Resilience;
using DpSynth.Imaging;
using DpSynth.Imaging.Decoding;
using DpSynth.Imaging.Png;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>
/// Draws the images of one shard. Each is kept as soon as it is there, and read instead of drawn when the job is done again. When one cannot
/// be had, no further one is begun, but those under way are waited for and kept: they are paid for.
/// </summary>
internal sealed class ShardDrawing(ShardDrawing.Kit kit, RunAccount account, CandidateShardId shard) : IGenerator
{
    /// <summary>A candidate's parameters: prompt and style.</summary>
    public const int Parameters = 2;

    /// <inheritdoc/>
    public int ParameterCount => Parameters;

    /// <inheritdoc/>
    public bool VariesFromImages => true;

    /// <inheritdoc/>
    public async ValueTask<CandidateBatch> RandomAsync(string? className, ReadOnlyMemory<ulong> seeds, CancellationToken cancellationToken) =>
        await DrawAllAsync(
        seeds,
        (index, redraw) =>
        {
            var choice = kit.Prompts.Draw(seeds.Span[index], redraw);
            return (choice, new ImageRequest(kit.Prompts.Write(choice, className), null, kit.Look));
        },
        kit.GenerationPrice,
        cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The degree is no strength, or the parents have no images or an unknown prompt.</exception>
    public async ValueTask<CandidateBatch> VaryAsync(
        CandidateBatch parents, ReadOnlyMemory<int> parentOf, VariationDegree degree, string? className, ReadOnlyMemory<ulong> seeds,
            CancellationToken cancellationToken)
    {
        if (kit.Options.DescribeFault(degree) is { } fault)
        {
            throw new ArgumentException(fault, nameof(degree));
        }

        if (parents.Images is not { } images)
        {
            throw new ArgumentException("Variations start from the parents' images, which are missing.", nameof(parents));
        }

        var choices = Enumerable.Range(0, parents.Count).Select(parent => kit.Prompts.Read(parents.ParametersOf(parent))).ToArray();

        // Each parent is brought to the model's size once, when its first variation is asked for.
        var files = new ConcurrentDictionary<int, Lazy<byte[]>>();
        return await DrawAllAsync(
            seeds,
            (index, redraw) =>
            {
                var parent = parentOf.Span[index];
                var file = files.GetOrAdd(parent, key => new Lazy<byte[]>(() => kit.EncodeForModel(images, key))).Value;
                var choice = redraw == 0 ? choices[parent] : kit.Prompts.Draw(seeds.Span[index], redraw);
                return (choice, new ImageRequest(kit.Prompts.WriteVariation(choice, className, degree), file, kit.Look));
            },
            kit.EditPrice,
            cancellationToken);
    }

    private async Task<CandidateBatch> DrawAllAsync(
        ReadOnlyMemory<ulong> seeds, Func<int, int, (PromptChoice Choice, ImageRequest Request)> compose, decimal price, CancellationToken cancellationToken)
    {
        var images = new ImageBatch(kit.Shape, seeds.Length);
        var parameters = new float[seeds.Length * Parameters];
        var kept = await kit.Drawings.ListAsync(shard, cancellationToken);
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var refusals = 0;
        Exception? first = null;
        await Task.WhenAll(Enumerable.Range(0, seeds.Length).Select(DrawAsync));
        if (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }

        var notes = refusals == 0
            ? GenerationNotes.None
            : new GenerationNotes
            {
                Warnings = ["The image API refused the content of some drawings; others were drawn in their place "
                + "('spending.refusals' counts them)."]
            };
        return new CandidateBatch(images, parameters, seeds.Length, Parameters) { Notes = notes };

        async Task DrawAsync(int index)
        {
            try
            {
                var choice = kept.Contains(seeds.Span[index]) ? await ReadAsync(
                    seeds.Span[index], images.Memory.Slice(index * kit.Shape.ByteCount, kit.Shape.ByteCount)) : null;
                choice ??= await AskAsync(index);
                (parameters[index * Parameters], parameters[(index * Parameters) + 1]) = (choice.Value.Prompt, choice.Value.Style);
            }
            catch (Exception fault)
            {
                Interlocked.CompareExchange(ref first, fault, null);
                await starting.CancelAsync();
            }
        }

        async Task<PromptChoice?> ReadAsync(ulong seed, Memory<byte> pixels) =>
            await kit.Drawings.ReadAsync(shard, seed, cancellationToken) is { } record
                ? KeptDrawing.TryDecode(record.Span, kit.Decoder, kit.Shape, pixels.Span)?.Choice : null;

        async Task<PromptChoice> AskAsync(int index)
        {
            for (var redraw = 0; ; redraw++)
            {
                // Off the caller's thread: composing brings parents to the model's size.
                await Task.Yield();
                starting.Token.ThrowIfCancellationRequested();
                var (choice, request) = compose(index, redraw);
                try
                {
                    var (answer, image) = await kit.Deployment.AskAsync(request, price, account, kit.ReadAnswer, starting.Token, cancellationToken);
                    image.Pixels.CopyTo(images[index]);
                    await kit.Drawings.WriteAsync(
                        shard, seeds.Span[index], KeptDrawing.Encode(choice, answer.RequestId, image.Pixels, kit.Shape), cancellationToken);
                    return choice;
                }
                catch (ImageCallException refused) when (refused.Fault == CallFault.Refused)
                {
                    Interlocked.Increment(ref refusals);
                    if (redraw >= kit.Options.Redraws)
                    {
                        throw new GenerationException(
                            $"{refused.Message} {redraw + 1} draws in a row were refused: change the prompts, or allow more 'generator.options.redraws'.");
                    }
                }
            }
        }
    }

    /// <summary>What all shards of a run are drawn with.</summary>
    internal sealed record Kit(
        OpenAIImagesOptions Options, ImageShape Shape, ImageShape ModelShape, ImageDeployment Deployment, IDrawingStore Drawings, ImageDecoder Decoder)
    {
        private readonly ShapeConversion _conversion = new(ModelShape, Shape);

        public required ImageLook Look { get; init; }

        public required decimal GenerationPrice { get; init; }

        public required decimal EditPrice { get; init; }

        public PromptWriter Prompts { get; } = new(Options);

        public static Kit Of(OpenAIImagesOptions options, ImageShape shape, ImageDeployment deployment, IDrawingStore drawings, ImageDecoder decoder)
        {
            var size = options.SizeFor(shape);
            var (width, height) = ImageModel.Parse(size);
            var (generation, edit) = options.PricesFor(shape);
            return new Kit(options, shape, new ImageShape(width, height, 3), deployment, drawings, decoder)
            {
                Look = new ImageLook(size, options.Quality, options.Background, options.Format, options.InputFidelity),
                GenerationPrice = generation,
                EditPrice = edit,
            };
        }

        /// <summary>A candidate as a PNG of the size asked for.</summary>
        public byte[] EncodeForModel(ImageBatch candidates, int index)
        {
            var image = _conversion.ToModel(candidates, [index]);
            return PngEncoder.Encode(image[0], ModelShape);
        }

        /// <summary>An answer's file at the run's size. What is not of the size asked for is stretched to it first.</summary>
        public ImageBatch ReadAnswer(BinaryData file)
        {
            var image = new ImageBatch(ModelShape, 1);
            Decoder.Decode(file.ToMemory().Span, ModelShape, ResizeMode.Stretch, image.Pixels);
            return _conversion.ToRun(image);
        }
    }
}
