using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Embedders;

/// <summary>Where models lie and what executes them on this machine; configuration section <c>Models</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "Models";

    /// <summary>The directory that holds a folder for each model.</summary>
    /// <value>The nearest folder <c>models</c> beside or above the program.</value>
    public string? Directory { get; set; }

    /// <summary>What executes models: <c>cpu</c>, <c>cuda</c> or <c>tensorrt</c>.</summary>
    /// <value><c>cpu</c>.</value>
    public ExecutionProvider Provider { get; set; }

    /// <summary>The GPU's number.</summary>
    public int DeviceId { get; set; }

    /// <summary>Most bytes of GPU memory that one model may take; null for no limit.</summary>
    public long? DeviceMemoryLimit { get; set; }

    /// <summary>Whether the processor may step in where the provider is not available.</summary>
    public bool AllowCpuFallback { get; set; }

    /// <summary>The directory as configured or found.</summary>
    public ModelDirectory OpenDirectory() => Directory is { Length: > 0 } path ? new ModelDirectory(path) : ModelDirectory.Nearest();

    /// <summary>The same for sessions.</summary>
    public InferenceOptions ToInferenceOptions() => new()
    {
        Provider = Provider,
        DeviceId = DeviceId,
        DeviceMemoryLimit = DeviceMemoryLimit,
        AllowCpuFallback = AllowCpuFallback,
    };
}
