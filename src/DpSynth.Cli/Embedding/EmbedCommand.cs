using System.CommandLine;
using System.Diagnostics;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Embedding;

/// <summary><c>dpsynth embed</c>.</summary>
internal static class EmbedCommand
{
    private static readonly EmbedderSelection _selection = new();

    private static readonly Option<string> _images = new("--images")
    {
        Description = "The folder of images; subfolders are looked through too.",
        HelpName = "DIR",
        Required = true,
    };

    private static readonly Option<string> _out = new("--out")
    {
        Description = "The file to write: float32, a row an image, in the order of the images' paths.",
        HelpName = "FILE.npy",
        Required = true,
    };

    private static readonly Option<string> _names = new("--names")
    {
        Description = "A file to write the images' paths to, one a line, in the order of the rows.",
        HelpName = "FILE",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "embed",
        "Embed a folder of images as a run would, however many there are.",
        [_images, _out, _names, .. _selection.Symbols],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var resize = _selection.Resize(parsed);
        using var chosen = _selection.Choose(parsed, context.Surroundings);
        var images = ImageFiles.Open(parsed.GetRequiredValue(_images));
        var shape = await _selection.SizeAsync(parsed, images, cancellationToken);
        var embedder = await chosen.ForAsync(shape, cancellationToken);
        var path = parsed.GetRequiredValue(_out);
        await EmbeddingFile.WriteAsync<float>(
            path,
            images.Names.Count,
            embedder.Dimension,
            write => FolderEmbedding.EmbedAsync(images, embedder, shape, resize, context.Terminal, write, cancellationToken),
            cancellationToken);
        if (parsed.GetValue(_names) is { } names)
        {
            await File.WriteAllLinesAsync(names, images.Names, cancellationToken);
        }

        context.Terminal.Result(
            new EmbedAnswer(
                chosen.Name, images.Names.Count, embedder.Dimension, $"{shape}", watch.Elapsed.TotalSeconds, Path.GetFullPath(path), parsed.GetValue(_names)),
            answer => $"Embedded {Figures.Count(answer.Images)} images at {answer.Size} with {answer.Embedder} in {Figures.Duration(watch.Elapsed)}: " +
                $"{answer.Dimension} values each, in {answer.Output}.");
        return ExitCode.Success;
    }
}

/// <summary>What was embedded.</summary>
/// <param name="Embedder">The model's or embedder's name.</param>
/// <param name="Images">Rows.</param>
/// <param name="Dimension">Columns.</param>
/// <param name="Size">The size images were brought to.</param>
/// <param name="Seconds">How long it took, loading included.</param>
/// <param name="Output">The file.</param>
/// <param name="Names">The file of names, if one was asked for.</param>
internal sealed record EmbedAnswer(string Embedder, int Images, int Dimension, string Size, double Seconds, string Output, string? Names);
