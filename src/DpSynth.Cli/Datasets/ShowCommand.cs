using System.CommandLine;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Terminals;

namespace DpSynth.Cli.Datasets;

/// <summary><c>dpsynth datasets show NAME</c>.</summary>
internal static class ShowCommand
{
    private static readonly Argument<string> _name = new("NAME") { Description = "The dataset's name." };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "show",
        "Show a dataset's classes and files. The figures are exact and therefore private.",
        [_name],
        (parsed, cancellationToken) => RunAsync(context, NameArgument.Dataset(parsed.GetRequiredValue(_name)), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string name, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var listing = await connection.PrivateStore.ListDatasetAsync(name, cancellationToken)
            ?? throw new CommandException(ExitCode.NotFound, $"There is no dataset '{name}'; './dpsynth datasets list' shows those there are.");
        var isUnfinished = await new DatasetUploader(connection.PrivateAccount.Data, context.Terminal).IsUnfinishedAsync(name, cancellationToken);

        var classes = listing.Blobs
            .GroupBy(blob => blob.ClassName, StringComparer.Ordinal)
            .Select(group => new ClassFigures(
                group.Key, group.Count(blob => blob.IsArchive), group.Count(blob => !blob.IsArchive), group.Sum(blob => blob.Length)))
            .ToList();
        context.Terminal.Result(new DatasetFigures(name, Private: true, isUnfinished, classes), Describe);
        return ExitCode.Success;
    }

    private static string Describe(DatasetFigures dataset, Layout layout)
    {
        var rows = dataset.Classes.Select(figures => (string[])
            [figures.Class ?? "(none)", Figures.Count(figures.Archives), Figures.Count(figures.Images), Figures.Bytes(figures.Bytes)]);
        return $"""
            {layout.Table(["CLASS", "ARCHIVES", "IMAGES", "SIZE"], rows)}
            These figures are exact and therefore private; no release contains them.{(dataset.Unfinished ? " The upload did not end: repeat it." : "")}
            """;
    }
}

/// <summary>A dataset as its owner sees it.</summary>
/// <param name="Dataset">The name.</param>
/// <param name="Private">True: nobody but the owner may see this.</param>
/// <param name="Unfinished">Whether its upload began and did not end.</param>
/// <param name="Classes">The classes in order; one without a name where there are none.</param>
internal sealed record DatasetFigures(string Dataset, bool Private, bool Unfinished, IReadOnlyList<ClassFigures> Classes);

/// <summary>The files of one class.</summary>
/// <param name="Class">The class, or null.</param>
/// <param name="Archives">Archives of images.</param>
/// <param name="Images">Images that are blobs of their own.</param>
/// <param name="Bytes">Bytes of both.</param>
internal sealed record ClassFigures(string? Class, int Archives, int Images, long Bytes);
