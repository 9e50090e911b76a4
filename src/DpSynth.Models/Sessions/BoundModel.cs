using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Sessions;

/// <summary>A model bound to buffers. One call at a time.</summary>
public sealed class BoundModel : IDisposable
{
    private static readonly string[] MemoryFaults = ["Failed to allocate", "out of memory", "bad_alloc", "ALLOC_FAILED", "available memory"];

    private readonly string _file;
    private readonly InferenceSession _session;
    private readonly bool _onDevice;
    private readonly DeviceMirror? _mirror;
    private readonly IReadOnlyList<TensorBuffer> _outputs;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();

    internal BoundModel(
        string file,
        InferenceSession session,
        bool onDevice,
        CudaGraphBinding? graph,
        IReadOnlyList<TensorBuffer> inputs,
        IReadOnlyList<TensorBuffer> outputs)
    {
        (_file, _session, _onDevice, _outputs) = (file, session, onDevice, outputs);
        _binding = session.CreateIoBinding();
        if (graph is { } recorded)
        {
            _mirror = new DeviceMirror(session, recorded.DeviceId);
            _runOptions.AddRunConfigEntry("gpu_graph_id", recorded.GraphId.ToString(CultureInfo.InvariantCulture));
            foreach (var input in inputs)
            {
                _binding.BindInput(input.Signature.Name, _mirror.Of(input));
                _mirror.Upload(input);
            }
        }
        else
        {
            Bind([.. inputs]);
        }

        foreach (var output in outputs)
        {
            _binding.BindOutput(output.Signature.Name, _mirror?.Of(output) ?? output.Value);
        }
    }

    /// <summary>Says that buffers were written; null ones are passed over. To a device they are copied.</summary>
    public void Changed(params ReadOnlySpan<TensorBuffer?> inputs)
    {
        if (!_onDevice)
        {
            return;
        }

        foreach (var input in inputs)
        {
            if (input is not null)
            {
                Bind([input]);
            }
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
            {
                Bind(changed);
            }

            _session.RunWithBinding(_runOptions, _binding);
            foreach (var output in _outputs)
            {
                _mirror?.Download(output);
            }
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
        _mirror?.Dispose();
        _runOptions.Dispose();
    }

    private void Bind(ReadOnlySpan<TensorBuffer> inputs)
    {
        foreach (var input in inputs)
        {
            if (_mirror is not null)
            {
                _mirror.Upload(input);
            }
            else
            {
                _binding.BindInput(input.Signature.Name, input.Value);
            }
        }
    }
}
