using System.CommandLine;
using System.Diagnostics;
using System.Text;
using DpSynth.Cli.Generation;
using DpSynth.Cli.Inference;
using DpSynth.Cli.Terminals;
using DpSynth.Models.Folders;
using DpSynth.Models.Inspection;
using DpSynth.Models.Sessions;

namespace DpSynth.Cli.Models;

/// <summary><c>dpsynth models check DIR</c>.</summary>
internal static class CheckCommand
{
    private static readonly Argument<string> _folder = new("DIR") { Description = "The model's folder, or its name in the models directory." };

    private static readonly Option<bool> _noMeasure = new("--no-measure") { Description = "Look at the files only; make no image." };

    private static readonly GenerationSettings _settings = new();
    private static readonly ProviderOptions _provider = new();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "check",
        "Say what a model folder holds, whether every input and output is understood, and what one image costs on this machine.",
        [_folder, .. _settings.Symbols, _noMeasure, .. _provider.Symbols],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var settings = _settings.Read(parsed);
        var inference = _provider.Read(parsed);
        var before = Environment.WorkingSet;
        var folder = ModelPath.Find(parsed.GetRequiredValue(_folder), context.Surroundings);
        ModelReport report;
        using (var stage = context.Terminal.Begin("inspecting", "folders", 1))
        {
            report = await Task.Run(() => ModelInspection.Inspect(folder), cancellationToken);
            stage.Complete();
        }

        var answer = new CheckAnswer(report.Faults.Count == 0, report);
        if (answer.Ok && !parsed.GetValue(_noMeasure))
        {
            try
            {
                using var stage = context.Terminal.Begin("measuring", "models", 1);
                answer = answer with
                {
                    Generation = report.IsStableDiffusion
                        ? await Task.Run(() => ModelCost.OfImage(folder, settings, inference, cancellationToken), cancellationToken)
                        : null,
                    Embedding = report.IsImageModel ? await ModelCost.OfEmbeddingAsync(folder, inference, cancellationToken) : null,
                };
                answer = answer with { MemoryBytes = Growth(before) };
                stage.Complete();
            }
            catch (Exception fault) when (fault is ModelFolderException or InferenceException or DpSynth.Models.Diffusion.GeneratedImageException)
            {
                answer = new CheckAnswer(false, report with { Faults = [fault.Message] });
            }
        }

        context.Terminal.Result(answer, Describe);
        return answer.Ok ? ExitCode.Success : ExitCode.Failure;
    }

    private static long Growth(long before)
    {
        using var process = Process.GetCurrentProcess();
        return Math.Max(process.PeakWorkingSet64, Environment.WorkingSet) - before;
    }

    private static string Describe(CheckAnswer answer)
    {
        var report = answer.Model;
        var text = new StringBuilder();
        text.AppendLine(report.Folder);
        if (report.IsStableDiffusion)
        {
            text.AppendLine($"Stable Diffusion; images of {report.NativeSize ?? "unknown size"}; {report.Prediction ?? "unknown"} prediction; scheduler " +
                $"{report.Scheduler ?? "unknown"}; prompts of {(report.ContextLength is { } length ? $"{length}" : "unknown")} tokens; " +
                $"{(report.CanVaryImages == true ? "varies images" : "makes no variations: it has no vae_encoder")}");
        }

        if (report.IsImageModel)
        {
            text.AppendLine($"Image model; takes {report.EmbeddingSize}; embeddings of {report.EmbeddingDimension} values");
        }

        foreach (var part in report.Parts)
        {
            text.AppendLine().AppendLine($"{part.Name}: {Figures.Bytes(part.Bytes)}, {part.Precision}");
            AppendTensors(text, "takes", part.Inputs, "NOT UNDERSTOOD");
            AppendTensors(text, "gives", part.Outputs, "not used");
        }

        text.AppendLine();
        AppendCost(text, "one image", answer.Generation);
        AppendCost(text, "one embedding", answer.Embedding);
        if (answer.MemoryBytes is { } bytes)
        {
            text.AppendLine($"memory: {Figures.Bytes(bytes)} at the most, weights included");
        }

        foreach (var fault in report.Faults)
        {
            text.AppendLine($"fault: {fault}");
        }

        return text.AppendLine(answer.Ok ? "The model can be used." : "The model cannot be used.").ToString();
    }

    private static void AppendTensors(StringBuilder text, string verb, IReadOnlyList<TensorReport> tensors, string otherwise)
    {
        foreach (var tensor in tensors)
        {
            text.AppendLine($"  {verb} {tensor.Name}: {tensor.Declared}{(tensor.Understood ? "" : $" ({otherwise})")}");
        }
    }

    private static void AppendCost(StringBuilder text, string what, ModelCost? cost)
    {
        if (cost is not null)
        {
            var steps = cost.Steps is { } count ? $", {count} steps at guidance {cost.GuidanceScale}" : "";
            text.AppendLine($"{what} costs {cost.SecondsPerImage:G3} s on {cost.Provider}{steps}; loading took {cost.LoadSeconds:G3} s");
        }
    }
}

/// <summary>What was found.</summary>
/// <param name="Ok">Whether the model can be used.</param>
/// <param name="Model">What it is.</param>
/// <param name="Generation">What an image costs.</param>
/// <param name="Embedding">What an embedding costs.</param>
/// <param name="MemoryBytes">How far this process grew at its peak over what it held before; on a GPU, the host's memory alone.</param>
internal sealed record CheckAnswer(
    bool Ok, ModelReport Model, ModelCost? Generation = null, ModelCost? Embedding = null, long? MemoryBytes = null);
