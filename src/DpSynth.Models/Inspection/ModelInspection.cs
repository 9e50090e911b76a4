using DpSynth.Models.Diffusion;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;
using DpSynth.Models.Tokenization;

namespace DpSynth.Models.Inspection;

/// <summary>Looks a model folder through, part by part, and gathers every fault instead of stopping at the first.</summary>
public static class ModelInspection
{
    private const string Index = "model_index.json";

    /// <summary>Inspects a folder. Files are opened one after the other, on the processor.</summary>
    /// <param name="path">The folder, which must exist.</param>
    public static ModelReport Inspect(string path)
    {
        var report = new ModelReport { Folder = path };
        var faults = new List<string>();
        var isDiffusion = File.Exists(Path.Combine(path, Index));
        if (isDiffusion)
        {
            report = InspectDiffusion(path, report with { IsStableDiffusion = true }, faults);
        }

        if (!isDiffusion || File.Exists(Path.Combine(path, "image_encoder", "model.onnx")))
        {
            report = InspectImageModel(path, isDiffusion, report, faults);
        }

        return report with { Faults = [.. faults.Distinct(StringComparer.Ordinal)] };
    }

    private static ModelReport InspectDiffusion(string path, ModelReport report, List<string> faults)
    {
        if (Try(() => ModelFolder.Open(path), faults) is not { } folder)
        {
            return report;
        }

        var parts = new List<PartReport>();
        foreach (var part in DiffusionPart.All)
        {
            if (!part.IsIn(folder))
            {
                if (part.IsRequired)
                {
                    faults.Add($"{folder.Index.File} names no '{part.Name}', which a Stable Diffusion folder needs.");
                }

                continue;
            }

            if (Try(() => PartReport.Of(part.Name, folder.File(part.Name, "model.onnx"), part.KnowsInput, part.KnowsOutput), faults) is { } opened)
            {
                parts.Add(opened);
            }
        }

        report = report with { Parts = parts, CanVaryImages = folder.Has("vae_encoder") };
        foreach (var tokenizer in folder.Parts.Where(part => part.StartsWith("tokenizer", StringComparison.Ordinal)))
        {
            if (Try(() => ClipTokenizer.Read(folder.File(tokenizer, "")), faults) is { ContextLength: { } length })
            {
                report = report with { ContextLength = length };
            }
        }

        if (Try(() => SchedulerConfiguration.Read(folder.Configuration("scheduler", "scheduler_config.json")), faults) is { } scheduler)
        {
            report = report with
            {
                Scheduler = folder.Configuration("scheduler", "scheduler_config.json").Text("_class_name", ""),
                Prediction = scheduler.Prediction.ToString().ToLowerInvariant(),
            };
        }

        return CheckTogether(folder, report, faults);
    }

    // What files say of each other is checked by what will use them.
    private static ModelReport CheckTogether(ModelFolder folder, ModelReport report, List<string> faults)
    {
        var options = new InferenceOptions();
        if (faults.Count == 0)
        {
            using var pipeline = Try(() => StableDiffusionPipeline.Load(folder.Path, options), faults);
            return report with { NativeSize = pipeline?.DefaultShape is { } shape ? $"{shape.Width}×{shape.Height}" : null };
        }

        var format = Try(() => LatentFormat.Read(folder.Configuration("vae_decoder")), faults);
        if (IsOpen("text_encoder"))
        {
            Try(() => PromptEncoder.Open(folder, options), faults)?.Dispose();
        }

        if (IsOpen("unet") && format is not null)
        {
            Try(() => UNet.Open(folder, format, options), faults)?.Dispose();
        }

        if (IsOpen("vae_decoder"))
        {
            Try(() => LatentCodec.Open(folder, options), faults)?.Dispose();
        }

        if (IsOpen("safety_checker"))
        {
            Try(() => SafetyChecker.Open(folder, options), faults)?.Dispose();
        }

        return report;

        bool IsOpen(string part) => report.Parts.Any(opened => opened.Name == part);
    }

    private static ModelReport InspectImageModel(string path, bool beside, ModelReport report, List<string> faults)
    {
        var files = Try(() => ImageModelFolder.Open(path), faults);
        if (files is null && !beside)
        {
            faults[^1] =
                $"{path} is neither a Stable Diffusion folder, which has a {Index}, nor an image model: "
                    + $"{char.ToLowerInvariant(faults[^1][0])}{faults[^1][1..]}";
        }

        if (files is null)
        {
            return report;
        }

        var encoder = Try(() => ImageEncoder.Open(files, new InferenceOptions { Threads = 1 }), faults);
        if (encoder is null)
        {
            return report;
        }

        using (encoder)
        {
            var part = PartReport.Of(
                Path.GetRelativePath(path, files.ModelFile) is var name && Path.GetDirectoryName(name) is { Length: > 0 } folder ? folder : name,
                files.ModelFile,
                input => input.Name == encoder.Input.Name,
                output => output.Rank is >= 2 and <= 4);
            var shape = encoder.NativeShape;
            var embedding = Try(() => encoder.For(shape), faults);
            return report with
            {
                IsImageModel = true,
                Parts = [.. report.Parts, part],
                EmbeddingDimension = embedding?.Dimension,
                EmbeddingSize = $"{shape.Width}×{shape.Height}",
            };
        }
    }

    private static T? Try<T>(Func<T?> open, List<string> faults)
        where T : class
    {
        try
        {
            return open();
        }
        catch (Exception fault) when (fault is ModelFolderException or InferenceException)
        {
            faults.Add(fault.Message);
            return null;
        }
    }
}
