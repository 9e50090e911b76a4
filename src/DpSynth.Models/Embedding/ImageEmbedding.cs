using System.Collections.Concurrent;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Embedding;

/// <summary>
/// Embeds images of one shape: several batches at a time are prepared and run, so that preparing one keeps the processor busy while another waits for
/// the model. Thread-safe.
/// </summary>
public sealed class ImageEmbedding : IDisposable
{
    private const int MaxImages = 32;
    private const long InputBytes = 16L << 20;

    private readonly ImageEncoder _encoder;
    private readonly Preprocessor _preprocessor;
    private readonly EmbeddingLayout _layout;
    private readonly ConcurrentBag<EmbeddingLane> _lanes = [];

    internal ImageEmbedding(ImageEncoder encoder, ImageShape shape, TokenReduction reduction)
    {
        (_encoder, Shape) = (encoder, shape);
        if (encoder.Channels < shape.Channels)
        {
            throw new ModelFolderException($"{encoder.Model.File} takes grey images ({encoder.Input}), not images of {shape}.");
        }

        _preprocessor = new Preprocessor(encoder.Preprocessing, shape, encoder.Channels, encoder.ChannelsLast);
        var declared = encoder.Input.Dimensions[0];
        BatchSize = declared > 0 ? declared : (int)Math.Clamp(InputBytes / (sizeof(float) * _preprocessor.Length), 1, MaxImages);
        if (!encoder.Input.Admits(InputShape(BatchSize)))
        {
            throw new ModelFolderException(
                $"{encoder.Model.File} takes {encoder.Input}, but its preprocessing makes images of {shape} {_preprocessor.Width}×{_preprocessor.Height}.");
        }

        using var probe = new TensorBuffer(encoder.Input, InputShape(BatchSize));
        _layout = new EmbeddingLayout(encoder.Output, encoder.Model.OutputShape(encoder.Output, [probe]), BatchSize, reduction);
    }

    /// <summary>The images' shape.</summary>
    public ImageShape Shape { get; }

    /// <summary>Length of an embedding.</summary>
    public int Dimension => _layout.Dimension;

    /// <summary>Images that go through the model together.</summary>
    public int BatchSize { get; }

    /// <summary>Embeds images.</summary>
    /// <param name="images">The images, of <see cref="Shape"/>.</param>
    /// <param name="destination">Receives <c>[images.Count, Dimension]</c>, row-major.</param>
    /// <param name="cancellationToken">Stops the work between batches.</param>
    /// <exception cref="InferenceException">The model could not be executed, or gave a value that is not finite.</exception>
    public async Task EmbedAsync(ImageBatch images, Memory<float> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Shape != Shape || destination.Length != (long)images.Count * Dimension)
        {
            throw new ArgumentException(
                $"{images.Count} images of {images.Shape} do not give {destination.Length} values; this takes {Shape} and gives {Dimension} each.",
                nameof(images));
        }

        var whole = images.Count / BatchSize;
        var parallel = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Math.Max(2, _encoder.Model.Lanes) };
        await Parallel.ForAsync(0, whole, parallel, (batch, _) =>
        {
            if (!_lanes.TryTake(out var lane))
            {
                lane = MakeLane(BatchSize, alone: false);
            }

            Embed(lane, images.Slice(batch * BatchSize, BatchSize), destination.Slice(batch * BatchSize * Dimension, BatchSize * Dimension));
            _lanes.Add(lane);
            return ValueTask.CompletedTask;
        });

        var rest = images.Count - (whole * BatchSize);
        if (rest > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var lane = MakeLane(_encoder.Input.Dimensions[0] > 0 ? BatchSize : rest, alone: true);
            Embed(lane, images.Slice(whole * BatchSize, rest), destination[(whole * BatchSize * Dimension)..]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }
    }

    private void Embed(EmbeddingLane lane, ImageBatch images, Memory<float> destination)
    {
        lane.Run(_preprocessor, images);
        for (var i = 0; i < images.Count; i++)
        {
            var embedding = destination.Span.Slice(i * Dimension, Dimension);
            _layout.Reduce(lane.Output(i, _layout.ValuesPerImage), embedding);
            foreach (var value in embedding)
            {
                if (!float.IsFinite(value))
                {
                    throw new InferenceException($"{_encoder.Model.File} gave an embedding with a value that is not finite.");
                }
            }
        }
    }

    private EmbeddingLane MakeLane(int count, bool alone) => new(
        _encoder.Model,
        new TensorBuffer(_encoder.Input, InputShape(count)),
        new TensorBuffer(_encoder.Output, _layout.OutputShape(count)),
        alone,
        _preprocessor);

    private long[] InputShape(int count) => _encoder.ChannelsLast
        ? [count, _preprocessor.Height, _preprocessor.Width, _encoder.Channels]
        : [count, _encoder.Channels, _preprocessor.Height, _preprocessor.Width];
}
