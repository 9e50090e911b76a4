using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Generators.StableDiffusion;

/// <summary>Where a worker's models lie and what executes them; configuration section <c>Models</c>.</summary>
public sealed record ModelLibraryOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Models";

    /// <summary>The directory of models, each a folder; null for <c>models</c> beside the program or in the nearest folder above it.</summary>
    public string? Directory { get; init; }

    /// <inheritdoc cref="InferenceOptions.Provider"/>
    public ExecutionProvider Provider { get; init; }

    /// <inheritdoc cref="InferenceOptions.DeviceId"/>
    public int DeviceId { get; init; }

    /// <inheritdoc cref="InferenceOptions.DeviceMemoryLimit"/>
    public long? DeviceMemoryLimit { get; init; }

    /// <inheritdoc cref="InferenceOptions.HalfPrecision"/>
    public bool HalfPrecision { get; init; }

    /// <inheritdoc cref="InferenceOptions.CudaGraphs"/>
    public bool CudaGraphs { get; init; }

    /// <inheritdoc cref="InferenceOptions.AllowCpuFallback"/>
    public bool AllowCpuFallback { get; init; }

    /// <summary>Threads on the processor; null for one a core.</summary>
    public int? Threads { get; init; }

    /// <inheritdoc cref="InferenceOptions.ImagesPerCall"/>
    public int? ImagesPerCall { get; init; }

    /// <summary>The directory as configured or found.</summary>
    public ModelDirectory OpenDirectory() => Directory is { Length: > 0 } path ? new ModelDirectory(path) : ModelDirectory.Nearest();

    /// <summary>The same for the room of models.</summary>
    public InferenceOptions ToInferenceOptions() => new()
    {
        Provider = Provider,
        DeviceId = DeviceId,
        DeviceMemoryLimit = DeviceMemoryLimit,
        HalfPrecision = HalfPrecision,
        CudaGraphs = CudaGraphs,
        AllowCpuFallback = AllowCpuFallback,
        Threads = Threads ?? Environment.ProcessorCount,
        ImagesPerCall = ImagesPerCall,
    };
}
