using System.CommandLine;
using DpSynth.Cli.Datasets.Policies;
using DpSynth.Cli.Datasets.Sources;
using DpSynth.Cli.Datasets.Uploading;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Datasets;

/// <summary><c>dpsynth datasets upload PATH --name NAME</c>.</summary>
internal static class UploadCommand
{
    private static readonly Argument<string> _path = new("PATH")
    {
        Description = "A folder of images (subfolders are the classes), or an IDX file of images as MNIST has them.",
    };

    private static readonly Option<string> _name = new("--name") { Description = "The dataset's name.", HelpName = "NAME", Required = true };

    private static readonly Option<string> _labels = new("--labels")
    {
        Description = "The IDX file of labels (default: the one beside the images, by MNIST's custom of naming).",
        HelpName = "FILE",
    };

    private static readonly Option<string[]> _classes = new("--class")
    {
        Description = "Upload this class and others named so, instead of all.",
        HelpName = "CLASS",
    };

    private static readonly Option<bool> _loose = new("--loose")
    {
        Description = "Upload every image as a blob of its own instead of packing them into archives.",
    };

    private static readonly Option<bool> _replace = new("--replace")
    {
        Description = "Put this dataset in the place of one of the same name. Its policy, and what was spent of its budget, stay.",
    };

    private static readonly PolicyOptions _policy = new();

    public static Command Create(CommandContext context) => CommandContext.Command(
        "upload",
        "Upload a private dataset, and say what may be published of it.",
        [_path, _name, _labels, _classes, _loose, _replace, .. _policy.All],
        (parsed, cancellationToken) => RunAsync(context, parsed, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, ParseResult parsed, CancellationToken cancellationToken)
    {
        var name = NameArgument.Dataset(parsed.GetRequiredValue(_name));
        var classes = DatasetSource.Open(parsed.GetRequiredValue(_path), parsed.GetValue(_labels), parsed.GetValue(_classes) ?? []);

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var current = await connection.Ledger.ReadAsync(name, cancellationToken);
        var change = ReadPolicy(context, parsed, name, classes, current);
        var uploader = new DatasetUploader(connection.PrivateAccount.Data, context.Terminal);
        if (await connection.PrivateStore.ListDatasetAsync(name, cancellationToken) is not null)
        {
            if (!parsed.GetValue(_replace) && !await uploader.IsUnfinishedAsync(name, cancellationToken))
            {
                throw new CommandException(
                    ExitCode.Usage, $"There is a dataset '{name}' already: choose another name, or put this one in its place with --replace.");
            }

            await uploader.RemoveAsync(name, cancellationToken);
        }

        var images = await uploader.UploadAsync(name, classes, parsed.GetValue(_loose), cancellationToken);
        var budget = change is null ? current : await connection.LedgerAdministration.SetPolicyAsync(
            name, change.Policy, change.Cap, by: null, change.Reason, cancellationToken);
        context.Terminal.Result(
            new UploadedDataset(name, images, classes.Count(source => source.Name is not null), PolicyReport.Of(budget)!.Meaning),
            result => (result.Classes > 0
                ? $"Uploaded {Figures.Count(result.Images)} images of {result.Classes} classes as '{name}'."
                : $"Uploaded {Figures.Count(result.Images)} images as '{name}'.") + $"{Environment.NewLine}{result.Policy}");
        return ExitCode.Success;
    }

    /// <summary>The policy to approve once the images are there; null where the one that stands stays.</summary>
    private static PolicyChange? ReadPolicy(
        CommandContext context, ParseResult parsed, string name, IReadOnlyList<SourceClass> classes, PrivacyBudget current)
    {
        string[] named = [.. classes.Select(source => source.Name).OfType<string>()];
        if (current.Policy is not null && !_policy.AreGiven(parsed))
        {
            return null;
        }

        var change = current.Policy is null && !_policy.AreGiven(parsed) && context.Terminal.CanAsk
            ? PolicyDialogue.Ask(context.Terminal, name, named.Length == 0 ? null : named)
            : _policy.Read(parsed, current, named.Length == 0 ? null : named, "approved with the upload");
        PolicyOptions.Check(change, current);
        return change;
    }
}

/// <summary>What an upload put there.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Images">Images uploaded, archives counted as one.</param>
/// <param name="Classes">Classes; 0 for a dataset without.</param>
/// <param name="Policy">What may be published of it, in one sentence.</param>
internal sealed record UploadedDataset(string Dataset, int Images, int Classes, string Policy);
