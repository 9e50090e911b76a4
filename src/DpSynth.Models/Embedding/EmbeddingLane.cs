using DpSynth.Imaging;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Embedding;

/// <summary>The buffers of one batch on its way through the model. One call at a time.</summary>
internal sealed class EmbeddingLane : IDisposable
{
    private readonly TensorBuffer _input;
    private readonly TensorBuffer _output;
    private readonly BoundModel _bound;
    private readonly byte[] _scratch;
    private readonly float[] _prepared;
    private float[] _values = [];

    public EmbeddingLane(OnnxModel model, TensorBuffer input, TensorBuffer output, bool alone, Preprocessor preprocessor)
    {
        (_input, _output) = (input, output);
        _bound = model.Bind(alone, [input], [output]);
        _scratch = new byte[preprocessor.ScratchLength];
        _prepared = new float[preprocessor.Length];
    }

    /// <summary>Prepares images and runs the model on them; where the batch is larger, what lies behind them does not matter.</summary>
    public void Run(Preprocessor preprocessor, ImageBatch images)
    {
        for (var i = 0; i < images.Count; i++)
        {
            preprocessor.Apply(images[i], _prepared, _scratch);
            _input.Write(i * _prepared.Length, _prepared);
        }

        _bound.Run(_input);
    }

    /// <summary>The model's values for one image.</summary>
    public ReadOnlySpan<float> Output(int image, int length)
    {
        if (_values.Length != length)
        {
            _values = new float[length];
        }

        _output.Read(image * length, _values);
        return _values;
    }

    public void Dispose()
    {
        _bound.Dispose();
        _input.Dispose();
        _output.Dispose();
    }
}
