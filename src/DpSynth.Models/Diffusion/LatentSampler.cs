using System.Numerics.Tensors;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>
/// Runs a sampling plan on a fixed number of images in memory that is allocated once. Guidance's two sides go through the UNet in one
/// call: rows 0 to n − 1 without the condition, n to 2n − 1 with it. One caller at a time.
/// </summary>
internal sealed class LatentSampler : IDisposable
{
    private readonly UNet _unet;
    private readonly SamplerShape _shape;
    private readonly TensorBuffer _sample;
    private readonly TensorBuffer _timestep;
    private readonly TensorBuffer _tokens;
    private readonly TensorBuffer? _pooled;
    private readonly TensorBuffer? _size;
    private readonly TensorBuffer? _guidance;
    private readonly TensorBuffer _output;
    private readonly BoundModel _bound;
    private readonly float[] _latents;
    private readonly float[] _prediction;
    private readonly float[] _scaled;
    private readonly float[] _fresh;
    private float[] _clean;
    private float[] _previousClean;
    private float[][] _pastOutputs = [];

    public LatentSampler(UNet unet, SamplerShape shape, bool alone)
    {
        (_unet, _shape) = (unet, shape);
        var rows = shape.Rows;
        var channels = unet.Format.Channels;
        _sample = new TensorBuffer(unet.SampleInput, rows, channels, shape.Height, shape.Width);
        _timestep = unet.TimestepInput.Rank == 0 ? new TensorBuffer(unet.TimestepInput) : new TensorBuffer(unet.TimestepInput, unet.TimestepRows(rows));
        _tokens = new TensorBuffer(unet.HiddenStatesInput, rows, shape.Tokens, unet.CrossAttentionDimension);
        _pooled = unet.PooledInput is { } pooled ? new TensorBuffer(pooled, rows, shape.Pooled) : null;
        _size = unet.SizeInput is { } size ? new TensorBuffer(size, rows, UNet.SizeNumbers) : null;
        _guidance = unet.GuidanceInput is { } guidance ? new TensorBuffer(guidance, rows, unet.GuidanceDimension) : null;
        _output = new TensorBuffer(unet.Output, rows, channels, shape.Height, shape.Width);
        _bound = unet.Model.Bind(alone, [.. Inputs], [_output]);

        LatentLength = channels * shape.Height * shape.Width;
        var length = shape.Images * LatentLength;
        (_latents, _scaled, _fresh, _clean, _previousClean) = (new float[length], new float[length], new float[length], new float[length], new float[length]);
        _prediction = new float[rows * LatentLength];
    }

    /// <summary>Numbers of one image's latents.</summary>
    public int LatentLength { get; }

    /// <summary>The latents of all images, <c>[images, channels, height, width]</c>.</summary>
    public Span<float> Latents => _latents;

    private IEnumerable<TensorBuffer> Inputs => new[] { _sample, _timestep, _tokens, _pooled, _size, _guidance }.OfType<TensorBuffer>();

    /// <summary>
    /// Samples: <see cref="Latents"/> holds the initial images' latents where <paramref name="fromImages"/>, and the result afterwards.
    /// </summary>
    public void Run(
        SamplingPlan plan,
        ReadOnlySpan<Conditioning> conditionings,
        double guidanceScale,
        ReadOnlySpan<ILatentNoise> noise,
        bool fromImages,
        Action afterStep,
        CancellationToken cancellationToken)
    {
        WriteConditions(conditionings, guidanceScale);
        Draw(noise);
        if (fromImages)
        {
            TensorPrimitives.Multiply(_latents, (float)plan.StartSignal, _latents);
            TensorPrimitives.MultiplyAdd(_fresh, (float)plan.StartNoise, _latents, _latents);
        }
        else
        {
            TensorPrimitives.Multiply(_fresh, (float)plan.PureNoise, _latents);
        }

        Array.Clear(_previousClean);
        ForgetOutputs(plan.Steps.Max(step => step.PastOutputs.Count));
        foreach (var step in plan.Steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Predict(step, (float)guidanceScale);
            Advance(step, plan.ClipRange, noise);
            afterStep();
        }
    }

    public void Dispose()
    {
        _bound.Dispose();
        foreach (var input in Inputs)
        {
            input.Dispose();
        }

        _output.Dispose();
    }

    // Leaves the guided prediction in the first rows of _prediction.
    private void Predict(in SamplingStep step, float guidanceScale)
    {
        ReadOnlySpan<float> scaled = _latents;
        if (step.InputScale != 1)
        {
            TensorPrimitives.Multiply(_latents, (float)step.InputScale, _scaled);
            scaled = _scaled;
        }

        _sample.Write(0, scaled);
        if (_shape.Guided)
        {
            _sample.Write(_latents.Length, scaled);
        }

        for (var i = 0; i < _timestep.Count; i++)
        {
            _timestep.Write(i, [(float)step.Timestep]);
        }

        _bound.Run(_sample, _timestep);
        _output.Read(0, _prediction);
        if (_shape.Guided)
        {
            var unconditional = _prediction.AsSpan(0, _latents.Length);
            var conditional = _prediction.AsSpan(_latents.Length);
            TensorPrimitives.Subtract(conditional, unconditional, conditional);
            TensorPrimitives.MultiplyAdd(conditional, guidanceScale, unconditional, unconditional);
        }
    }

    private void Advance(in SamplingStep step, double? clipRange, ReadOnlySpan<ILatentNoise> noise)
    {
        ReadOnlySpan<float> prediction = _prediction.AsSpan(0, _latents.Length);
        TensorPrimitives.Multiply(_latents, (float)step.CleanFromLatents, _clean);
        TensorPrimitives.MultiplyAdd(prediction, (float)step.CleanFromOutput, _clean, _clean);
        if (clipRange is { } range)
        {
            TensorPrimitives.Min(_clean, (float)range, _clean);
            TensorPrimitives.Max(_clean, (float)-range, _clean);
        }

        TensorPrimitives.Multiply(_latents, (float)step.Latents, _latents);
        TensorPrimitives.MultiplyAdd(_clean, (float)step.Clean, _latents, _latents);
        if (step.Output != 0)
        {
            TensorPrimitives.MultiplyAdd(prediction, (float)step.Output, _latents, _latents);
        }

        for (var i = 0; i < step.PastOutputs.Count; i++)
        {
            TensorPrimitives.MultiplyAdd(_pastOutputs[i], (float)step.PastOutputs[i], _latents, _latents);
        }

        if (step.PreviousClean != 0)
        {
            TensorPrimitives.MultiplyAdd(_previousClean, (float)step.PreviousClean, _latents, _latents);
        }

        if (step.Noise != 0)
        {
            Draw(noise);
            TensorPrimitives.MultiplyAdd(_fresh, (float)step.Noise, _latents, _latents);
        }

        (_clean, _previousClean) = (_previousClean, _clean);
        RememberOutput(prediction);
    }

    private void ForgetOutputs(int needed)
    {
        if (_pastOutputs.Length != needed)
        {
            _pastOutputs = [.. Enumerable.Range(0, needed).Select(_ => new float[_latents.Length])];
        }

        foreach (var output in _pastOutputs)
        {
            Array.Clear(output);
        }
    }

    // The latest first; the oldest one's memory is used again.
    private void RememberOutput(ReadOnlySpan<float> output)
    {
        if (_pastOutputs is not [.., var oldest])
        {
            return;
        }

        Array.Copy(_pastOutputs, 0, _pastOutputs, 1, _pastOutputs.Length - 1);
        output.CopyTo(oldest);
        _pastOutputs[0] = oldest;
    }

    private void Draw(ReadOnlySpan<ILatentNoise> noise)
    {
        for (var i = 0; i < _shape.Images; i++)
        {
            noise[i].Fill(_fresh.AsSpan(i * LatentLength, LatentLength));
        }
    }

    private void WriteConditions(ReadOnlySpan<Conditioning> conditionings, double guidanceScale)
    {
        for (var row = 0; row < _shape.Rows; row++)
        {
            var conditioning = conditionings[row % _shape.Images];
            var embedding = _shape.Guided && row < _shape.Images ? conditioning.Unconditional : conditioning.Condition;
            _tokens.Write(row * embedding.Tokens.Length, embedding.Tokens.Span);
            if (_pooled is not null)
            {
                _pooled.Write(row * _shape.Pooled, embedding.Pooled!.Value.Span);
            }

            if (_size is not null)
            {
                float height = _shape.Height * _unet.Format.Downscale, width = _shape.Width * _unet.Format.Downscale;
                _size.Write(row * UNet.SizeNumbers, [height, width, 0, 0, height, width]);
            }

            if (_guidance is not null)
            {
                _guidance.Write(row * _unet.GuidanceDimension, GuidanceEmbedding.Of(guidanceScale, _unet.GuidanceDimension));
            }
        }

        _bound.Changed(_tokens, _pooled, _size, _guidance);
    }
}
