namespace DpSynth.Models.Sessions;

/// <summary>What executes a model.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU through CUDA and cuDNN.</summary>
    Cuda,

    /// <summary>An NVIDIA GPU through TensorRT, with CUDA for what it does not take.</summary>
    TensorRt,
}
