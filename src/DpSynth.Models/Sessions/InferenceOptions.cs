namespace DpSynth.Models.Sessions;

/// <summary>How models are executed.</summary>
public sealed record InferenceOptions
{
    /// <summary>What should execute them.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>The GPU's number.</summary>
    public int DeviceId { get; init; }

    /// <summary>Most bytes of GPU memory that one model's arena may take; null for no limit.</summary>
    public long? DeviceMemoryLimit { get; init; }

    /// <summary>Whether TensorRT may compute float32 models in half precision. Models exported in float16 run in float16 anyway.</summary>
    public bool HalfPrecision { get; init; }

    /// <summary>
    /// Whether CUDA records the UNet's call once for each batch size and replays it from then on. Only for models without operators
    /// that run on the processor; ONNX Runtime refuses others.
    /// </summary>
    public bool CudaGraphs { get; init; }

    /// <summary>Whether the processor may step in where the provider is not available; if not, that is an error.</summary>
    public bool AllowCpuFallback { get; init; }

    /// <summary>Threads on the processor, at least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images that go through the UNet together at most; null: chosen from <see cref="ActivationBytes"/>.</summary>
    public int? ImagesPerCall { get; init; }

    /// <summary>Bytes of activations that one call of the UNet may take, by a rough estimate; bounds the images per call.</summary>
    public long ActivationBytes { get; init; } = 4L << 30;
}
