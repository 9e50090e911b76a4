using System.CommandLine;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Datasets.Policies;

/// <summary><c>dpsynth datasets policy</c>: what may be published of a dataset.</summary>
internal static class PolicyCommand
{
    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Option<string[]> _classes = new("--class")
    {
        Description = "Let this class (a folder) take part, and others named so; their names become public (default: those of the policy that stands, "
            + "else all folders of the dataset).",
        HelpName = "CLASS",
    };

    private static readonly Option<bool> _noClasses = new("--no-classes") { Description = "The dataset has no classes: every image takes part." };

    public static Command Create(CommandContext context)
    {
        var options = new PolicyOptions();
        return CommandContext.Group(
            "policy",
            "What may be published of a dataset: whom the guarantee protects, what is public, what runs may cost. Only the data's owner sets it.",
            [
                CommandContext.Command(
                    "show",
                    "Show what a dataset's policy allows, and who approved it.",
                    [_dataset],
                    (parsed, cancellationToken) => ShowAsync(
                        context, NameArgument.Dataset(parsed.GetRequiredValue(_dataset)), cancellationToken)),
                CommandContext.Command(
                    "set",
                    "Approve a policy for a dataset; what is not given stays as it is. Recorded on the dataset's ledger.",
                    [_dataset, _classes, _noClasses, .. options.All],
                    (parsed, cancellationToken) => SetAsync(
                        context, options, parsed, NameArgument.Dataset(parsed.GetRequiredValue(_dataset)), cancellationToken)),
            ]);
    }

    private static async Task<int> ShowAsync(CommandContext context, string dataset, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        var report = PolicyReport.Of(await connection.Ledger.ReadAsync(dataset, cancellationToken))
            ?? throw new CommandException(
                ExitCode.NotFound, $"The dataset '{dataset}' has no policy: approve one with './dpsynth datasets policy set {dataset}'.");
        context.Terminal.Result(report, PolicyText.Describe);
        return ExitCode.Success;
    }

    private static async Task<int> SetAsync(
        CommandContext context, PolicyOptions options, ParseResult parsed, string dataset, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.EnsureCreatedAsync(cancellationToken);
        if (await connection.PrivateStore.ListDatasetAsync(dataset, cancellationToken) is null)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no dataset '{dataset}': upload it first ('./dpsynth datasets upload').");
        }

        var current = await connection.Ledger.ReadAsync(dataset, cancellationToken);
        var change = options.Read(parsed, current, await ClassesAsync(connection, parsed, dataset, current, cancellationToken), reason: null);
        PolicyOptions.Check(change, current);
        var budget = await connection.LedgerAdministration.SetPolicyAsync(
            dataset, change.Policy, change.Cap, by: null, change.Reason, cancellationToken);
        context.Terminal.Result(PolicyReport.Of(budget)!, PolicyText.Describe);
        return ExitCode.Success;
    }

    private static async Task<IReadOnlyList<string>?> ClassesAsync(
        Connection connection, ParseResult parsed, string dataset, PrivacyBudget current, CancellationToken cancellationToken)
    {
        var given = parsed.GetValue(_classes) ?? [];
        if (parsed.GetValue(_noClasses))
        {
            return given.Length == 0 ? null : throw new CommandException(ExitCode.Usage, "--class and --no-classes exclude each other; leave one out.");
        }

        if (given.Length > 0 || current.Policy is not null)
        {
            return given.Length > 0 ? given : current.Policy!.Policy.Classes;
        }

        var listing = await connection.PrivateStore.ListDatasetAsync(dataset, cancellationToken);
        string[] folders = [.. (listing?.Blobs ?? []).Select(blob => blob.ClassName).OfType<string>().Distinct(StringComparer.Ordinal)];
        return folders.Length == 0 ? null : folders;
    }
}

/// <summary>A policy for people.</summary>
internal static class PolicyText
{
    /// <summary>The report in words.</summary>
    public static string Describe(PolicyReport report, Layout layout)
    {
        var policy = report.Policy;
        var pairs = layout.Pairs(
        [
            ("dataset", report.Dataset),
            ("protects", policy.Owners is null ? "each image" : $"each owner with all images of theirs, told by {policy.Owners.Description}"),
            ("adjacency", policy.Adjacency == Privacy.Accounting.Adjacency.AddRemove ? "add-remove" : "replace-one"),
            ("all runs", $"ε {Figures.Epsilon(report.Cap.Epsilon)} at δ {Figures.Delta(report.Cap.Delta)}"),
            ("one run", $"at most ε {Figures.Epsilon(policy.LargestRun.Epsilon)} at δ {Figures.Delta(policy.LargestRun.Delta)}"),
            ("classes", policy.Classes is null ? "none" : string.Join(", ", policy.Classes)),
            ("public size", policy.PublicSize is { } size ? Figures.Count(size) : "none"),
            ("class counts", policy.PublicClassCounts ? "public, exactly" : "private"),
            ("submitters", policy.Submitters is null ? "all who may submit runs" : string.Join(", ", policy.Submitters)),
            ("unreadable files", policy.Unreadable == UnreadableFiles.Skip ? "are left out" : "stop a run"),
            ("approved", $"{Figures.Time(report.ApprovedAt)}{(report.ApprovedBy is { } by ? $" by {by}" : "")}"),
            ("reason", report.Reason),
        ]);
        return $"{pairs}{Environment.NewLine}{report.Meaning}";
    }
}
