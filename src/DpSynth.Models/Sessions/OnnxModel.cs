using DpSynth.Models.Folders;
using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Sessions;

/// <summary>
/// One ONNX file, ready to run. On the processor a small model is executed by one thread a call, and several calls at a time: its
/// operators are too small to share among threads. A call on its own, and every call of a large model, uses all threads.
/// Thread-safe.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    // Below it, weights may lie in memory twice, and operators are too small to be shared.
    private const long LargeFileBytes = 256L << 20;

    private readonly InferenceOptions _options;
    private readonly InferenceSession _serial;
    private readonly Lazy<InferenceSession> _parallel;
    private int _graphs;

    private OnnxModel(string file, InferenceOptions options)
    {
        File = file;
        _options = options;
        var lanes = options.Provider == ExecutionProvider.Cpu && options.Threads > 1 && WeightBytes(file) < LargeFileBytes ? options.Threads : 1;
        (_serial, Provider, Fallback) = ProviderChoice.Open(file, options, lanes > 1 ? 1 : options.Threads);
        Lanes = Provider == ExecutionProvider.Cpu ? lanes : 1;
        _parallel = lanes == 1 ? new(_serial) : new(() => ProviderChoice.Open(file, options, options.Threads).Session);
        Inputs = [.. _serial.InputMetadata.Select(entry => TensorSignature.Of(entry.Key, entry.Value))];
        Outputs = [.. _serial.OutputMetadata.Select(entry => TensorSignature.Of(entry.Key, entry.Value))];
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What executes it.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Why the processor executes it although another provider was asked for, in one sentence; null if it does not.</summary>
    public string? Fallback { get; }

    /// <summary>How many calls at a time keep the machine busy.</summary>
    public int Lanes { get; }

    /// <summary>The inputs as declared.</summary>
    public IReadOnlyList<TensorSignature> Inputs { get; }

    /// <summary>The outputs as declared.</summary>
    public IReadOnlyList<TensorSignature> Outputs { get; }

    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelFolderException">The file is no model, is cut short, or its external data is missing.</exception>
    /// <exception cref="InferenceException">The provider is not available, and the processor must not step in.</exception>
    public static OnnxModel Open(string file, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Threads, 1);
        try
        {
            return new OnnxModel(file, options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new ModelFolderException($"{file} is no ONNX model that can be loaded: {ProviderChoice.FirstLine(fault.Message)}", fault);
        }
    }

    /// <summary>An input by name; null if the model has none of it.</summary>
    public TensorSignature? Input(string name) => Inputs.FirstOrDefault(input => input.Name == name);

    /// <summary>An output by name; null if the model has none of it.</summary>
    public TensorSignature? Output(string name) => Outputs.FirstOrDefault(output => output.Name == name);

    /// <summary>An input that must be there.</summary>
    /// <exception cref="ModelFolderException">It is not.</exception>
    public TensorSignature RequireInput(string name, int rank) => Check(Input(name), "input", name, rank);

    /// <summary>An output that must be there.</summary>
    /// <exception cref="ModelFolderException">It is not.</exception>
    public TensorSignature RequireOutput(string name, int rank) => Check(Output(name), "output", name, rank);

    /// <summary>Refuses a model that has inputs besides those named: they would have to be invented.</summary>
    /// <exception cref="ModelFolderException">It has.</exception>
    public void RefuseOtherInputs(params ReadOnlySpan<string> known)
    {
        foreach (var input in Inputs)
        {
            if (!known.Contains(input.Name))
            {
                throw new ModelFolderException(
                    $"{File} has the input '{input.Name}' ({input}), which is not understood; known are {string.Join(", ", known.ToArray())}.");
            }
        }
    }

    /// <summary>Binds buffers to inputs and outputs, for calls on the same memory again and again. The buffers stay the caller's.</summary>
    /// <param name="alone">Whether calls come one at a time, so that each may use all threads.</param>
    /// <param name="inputs">A buffer for every input.</param>
    /// <param name="outputs">A buffer for every output that is wanted.</param>
    public BoundModel Bind(bool alone, IReadOnlyList<TensorBuffer> inputs, IReadOnlyList<TensorBuffer> outputs) =>
        new(File, alone ? _parallel.Value : _serial, onDevice: Provider != ExecutionProvider.Cpu, NextGraph(), inputs, outputs);

    /// <summary>Runs the model once to learn the shape of an output whose declaration leaves dimensions free.</summary>
    /// <param name="output">The output.</param>
    /// <param name="inputs">A buffer for every input.</param>
    /// <exception cref="InferenceException">The model could not be executed.</exception>
    public long[] OutputShape(TensorSignature output, IReadOnlyList<TensorBuffer> inputs)
    {
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            using var runOptions = new RunOptions();
            using var results = _serial.Run(
                runOptions, [.. inputs.Select(input => input.Signature.Name)], [.. inputs.Select(input => input.Value)], [output.Name]);
            return results[0].GetTensorTypeAndShape().Shape;
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InferenceException($"{File} could not be executed: {ProviderChoice.FirstLine(fault.Message)}", innerException: fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _serial.Dispose();
        if (_parallel.IsValueCreated)
        {
            _parallel.Value.Dispose();
        }
    }

    private CudaGraphBinding? NextGraph() => _options.CudaGraphs && Provider == ExecutionProvider.Cuda
        ? new CudaGraphBinding(_options.DeviceId, Interlocked.Increment(ref _graphs))
        : null;

    private TensorSignature Check(TensorSignature? signature, string what, string name, int rank)
    {
        if (signature is null)
        {
            throw new ModelFolderException(
                $"{File} has no {what} '{name}'; it has {string.Join(", ", (what == "input" ? Inputs : Outputs).Select(known => known.Name))}.");
        }

        return signature.Rank == rank
            ? signature
            : throw new ModelFolderException($"{File} declares the {what} '{name}' as {signature}; it must have {rank} dimensions.");
    }

    // External data lies beside the file, under any name.
    private static long WeightBytes(string file) =>
        new DirectoryInfo(Path.GetDirectoryName(Path.GetFullPath(file))!).EnumerateFiles().Sum(entry => entry.Length);
}
