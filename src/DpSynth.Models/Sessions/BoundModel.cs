using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Sessions;

/// <summary>A model bound to buffers. One call at a time.</summary>
public sealed class BoundModel : IDisposable
{
    private static readonly string[] MemoryFaults = ["Failed to allocate", "out of memory", "bad_alloc", "ALLOC_FAILED", "available memory"];

    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly bool _onDevice;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();

    internal BoundModel(
        string file, InferenceSession session, bool onDevice, IReadOnlyList<TensorBuffer> inputs, IReadOnlyList<TensorBuffer> outputs)
    {
        (_file, _session, _onDevice) = (file, session, onDevice);
        _binding = session.CreateIoBinding();
        Bind([.. inputs]);
        foreach (var output in outputs)
            _binding.BindOutput(output.Signature.Name, output.Value);
    }

    /// <summary>Says that buffers were written; null ones are passed over. To a device they are copied.</summary>
    public void Changed(params ReadOnlySpan<TensorBuffer?> inputs)
    {
        if (!_onDevice)
            return;
        foreach (var input in inputs)
        {
            if (input is not null)
                Bind([input]);
        }
    }

    /// <summary>Runs the model on what the input buffers hold; fills the output buffers.</summary>
    /// <param name="changed">Inputs written since the last call. To a device only these are copied.</param>
    /// <exception cref="InferenceException">The model could not be executed.</exception>
    public void Run(params ReadOnlySpan<TensorBuffer> changed)
    {
        try
        {
            // On a device, binding copies the values there; on the processor the model reads the buffers themselves.
            if (_onDevice)
                Bind(changed);
            _session.RunWithBinding(_runOptions, _binding);
        }
        catch (OnnxRuntimeException fault)
        {
            var outOfMemory = MemoryFaults.Any(text => fault.Message.Contains(text, StringComparison.OrdinalIgnoreCase));
            throw new InferenceException(
                $"{_file} could not be executed: {ProviderChoice.FirstLine(fault.Message)}", outOfMemory, fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _runOptions.Dispose();
    }

    private void Bind(ReadOnlySpan<TensorBuffer> inputs)
    {
        foreach (var input in inputs)
            _binding.BindInput(input.Signature.Name, input.Value);
    }
}
