using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace DpSynth.Models.Sessions;

/// <summary>Opens sessions on the provider that was asked for, or on the processor where that is allowed.</summary>
internal static class ProviderChoice
{
    /// <summary>Opens a session; <c>Fallback</c> says in one sentence why the processor stepped in, or is null.</summary>
    public static (InferenceSession Session, ExecutionProvider Provider, string? Fallback) Open(string file, InferenceOptions options, int threads) =>
        Open(configured => new InferenceSession(file, configured), options, threads);

    /// <summary>The same for a model that <paramref name="load"/> opens.</summary>
    public static (InferenceSession Session, ExecutionProvider Provider, string? Fallback) Open(
        Func<SessionOptions, InferenceSession> load, InferenceOptions options, int threads)
    {
        RuntimeTelemetry.TurnOff();
        if (options.Provider == ExecutionProvider.Cpu)
        {
            return (OpenOnCpu(load, threads), ExecutionProvider.Cpu, null);
        }

        try
        {
            using var configured = Configure(threads);
            AppendProviders(configured, options);
            return (load(configured), options.Provider, null);
        }
        catch (Exception fault) when (fault is OnnxRuntimeException or DllNotFoundException or EntryPointNotFoundException)
        {
            var reason = $"{options.Provider} is not available on device {options.DeviceId}: {FirstLine(fault.Message)}";
            return options.AllowCpuFallback
                ? (OpenOnCpu(load, threads), ExecutionProvider.Cpu, reason)
                : throw new InferenceException($"{reason} (allow the processor instead, or install the provider's libraries).", innerException: fault);
        }
    }

    public static string FirstLine(string message)
    {
        var line = message.AsSpan();
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).Trim().ToString();
    }

    private static InferenceSession OpenOnCpu(Func<SessionOptions, InferenceSession> load, int threads)
    {
        using var configured = Configure(threads);
        return load(configured);
    }

    private static SessionOptions Configure(int threads) => new()
    {
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
        IntraOpNumThreads = threads,
        InterOpNumThreads = 1,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    private static void AppendProviders(SessionOptions configured, InferenceOptions options)
    {
        var device = options.DeviceId.ToString(CultureInfo.InvariantCulture);
        if (options.Provider == ExecutionProvider.TensorRt)
        {
            using var tensorRt = new OrtTensorRTProviderOptions();
            tensorRt.UpdateOptions(new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["device_id"] = device,
                ["trt_fp16_enable"] = options.HalfPrecision ? "1" : "0",
                ["trt_engine_cache_enable"] = "1",
                ["trt_engine_cache_path"] = Path.Combine(Path.GetTempPath(), "dpsynth-tensorrt"),
            });
            configured.AppendExecutionProvider_Tensorrt(tensorRt);
        }

        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["device_id"] = device,
            ["arena_extend_strategy"] = "kSameAsRequested",
            ["cudnn_conv_algo_search"] = "HEURISTIC",
            ["cudnn_conv_use_max_workspace"] = "1",
            ["enable_cuda_graph"] = options.CudaGraphs ? "1" : "0",
        };
        if (options.DeviceMemoryLimit is { } limit)
        {
            settings["gpu_mem_limit"] = limit.ToString(CultureInfo.InvariantCulture);
        }

        using var cuda = new OrtCUDAProviderOptions();
        cuda.UpdateOptions(settings);
        configured.AppendExecutionProvider_CUDA(cuda);
    }
}
