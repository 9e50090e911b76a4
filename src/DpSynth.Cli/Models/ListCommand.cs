using System.CommandLine;
using DpSynth.Cli.Inference;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Models;

/// <summary><c>dpsynth models list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(CommandContext context) => CommandContext.Command(
        "list",
        "List the models directory: the names that requests may use.",
        [],
        (_, _) => Task.FromResult(Run(context)));

    private static int Run(CommandContext context)
    {
        var directory = ModelPath.Directory(context.Surroundings).Path;
        var models = Directory.Exists(directory)
            ? Directory.EnumerateDirectories(directory).Order(StringComparer.Ordinal).Select(Describe).ToArray()
            : [];
        context.Terminal.Result(
            new ModelList(directory, models),
            (list, layout) => list.Models.Count == 0
                ? $"There are no models in {list.Directory}."
                : layout.Table(
                    ["model", "holds", "size"],
                    list.Models.Select(model => new[] { model.Name, model.Holds, Figures.Bytes(model.Bytes) })));
        return ExitCode.Success;
    }

    private static ListedModel Describe(string folder)
    {
        var isDiffusion = File.Exists(Path.Combine(folder, "model_index.json"));
        var isImageModel = new[] { "model.onnx", "image_encoder/model.onnx", "onnx/model.onnx", "onnx/vision_model.onnx" }
            .Any(file => File.Exists(Path.Combine(folder, file)));
        var holds = (isDiffusion, isImageModel) switch
        {
            (true, true) => "Stable Diffusion and an image model",
            (true, false) => "Stable Diffusion",
            (false, true) => "an image model",
            _ => "no model",
        };
        return new ListedModel(
            Path.GetFileName(folder), holds, new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length));
    }
}

/// <summary>The models directory.</summary>
internal sealed record ModelList(string Directory, IReadOnlyList<ListedModel> Models);

/// <summary>A folder of it.</summary>
internal sealed record ListedModel(string Name, string Holds, long Bytes);
