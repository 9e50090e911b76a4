using System.Text.Json;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;

namespace DpSynth.Models.Tests.Schedulers;

/// <summary>Scheduler configurations as files hold them.</summary>
internal static class SchedulerFile
{
    private const string StableDiffusion = """ "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000 """;

    /// <summary>A class with Stable Diffusion's noise levels and further fields.</summary>
    public static SchedulerConfiguration Read(string className, string fields = "", SchedulerName? name = null) =>
        SchedulerConfiguration.Read(Json($$"""{ "_class_name": "{{className}}", {{StableDiffusion}} {{(fields.Length > 0 ? "," : "")}} {{fields}} }"""), name);

    public static JsonConfiguration Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return JsonConfiguration.Parse("scheduler_config.json", document.RootElement.Clone());
    }
}
