using System.CommandLine;
using System.Globalization;
using DpSynth.Ledgers;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Cli.Datasets.Policies;

/// <summary>The options that say what may be published of a dataset.</summary>
internal sealed class PolicyOptions
{
    private readonly Option<double?> _epsilon = new("--epsilon-cap") { Description = "ε that all runs together may cost.", HelpName = "E" };

    private readonly Option<double?> _delta = new("--delta") { Description = "δ at which that ε is stated.", HelpName = "D" };

    private readonly Option<double?> _largestEpsilon = new("--largest-epsilon")
    {
        Description = "The largest ε of a single run (default: that of all together).",
        HelpName = "E",
    };

    private readonly Option<double?> _largestDelta = new("--largest-delta")
    {
        Description = "The largest δ of a single run (default: a tenth of 1/N with --public-size N, else --delta).",
        HelpName = "D",
    };

    private readonly Option<string?> _owners = new("--owners")
    {
        Description = "Protect each owner with all images of theirs, and where owners come from: folder:LEVEL, csv:FILE or pattern:REGEX "
            + "(default: protect each image).",
        HelpName = "SOURCE",
    };

    private readonly Option<string?> _adjacency = new("--adjacency")
    {
        Description = "Neighbouring datasets: add-remove (default: one has a unit more) or replace-one (one unit is another).",
        HelpName = "KIND",
    };

    private readonly Option<int?> _publicSize = new("--public-size")
    {
        Description = "Make a number of units public, exact or rounded, from which δ can be derived (default: none).",
        HelpName = "N",
    };

    private readonly Option<bool> _publicCounts = new("--public-class-counts") { Description = "Make the exact number of units of each class public." };

    private readonly Option<string[]> _submitters = new("--submitter")
    {
        Description = "Let this caller submit runs, and others named so (default: whoever may submit runs at all).",
        HelpName = "ID",
    };

    private readonly Option<string?> _unreadable = new("--unreadable")
    {
        Description = "Files that are no readable images: skip (default) or reject, which lets a refused run tell that there are such files.",
        HelpName = "RULE",
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Why; the ledger records it.", HelpName = "TEXT" };

    private readonly Option<bool> _confirm = new("--confirm") { Description = "Confirm that the cap is raised." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> All =>
    [
        _epsilon, _delta, _largestEpsilon, _largestDelta, _owners, _adjacency, _publicSize, _publicCounts, _submitters, _unreadable, _reason, _confirm,
    ];

    /// <summary>Whether any of them is given.</summary>
    public bool AreGiven(ParseResult parsed) => All.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>Reads the options over what stands.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="current">The dataset's budget and policy.</param>
    /// <param name="classes">The classes; null for a dataset without.</param>
    /// <param name="reason">The reason if none is given.</param>
    /// <exception cref="CommandException">An option is missing or cannot stand.</exception>
    public PolicyChange Read(ParseResult parsed, PrivacyBudget current, IReadOnlyList<string>? classes, string? reason)
    {
        var before = current.Policy?.Policy;
        var cap = new LedgerCap(
            parsed.GetValue(_epsilon) ?? Standing(current.CapEpsilon, before) ?? throw Missing("--epsilon-cap", "10"),
            parsed.GetValue(_delta) ?? Standing(current.CapDelta, before) ?? throw Missing("--delta", "1e-6"));
        var size = parsed.GetValue(_publicSize) ?? before?.PublicSize;
        var largest = new LedgerCap(
            parsed.GetValue(_largestEpsilon) ?? Math.Min(before?.LargestRun.Epsilon ?? cap.Epsilon, cap.Epsilon),
            parsed.GetValue(_largestDelta)
                ?? before?.LargestRun.Delta
                ?? (size is > 0 ? Math.Min(cap.Delta, DatasetPolicy.LargestDelta(size.Value)) : cap.Delta));
        return new PolicyChange(
            new DatasetPolicy
            {
                Owners = parsed.GetValue(_owners) is { } owners ? ReadOwners(owners) : before?.Owners,
                Adjacency = Choose(parsed.GetValue(_adjacency), "--adjacency", before?.Adjacency ?? default, ("add-remove", Adjacency.AddRemove),
                    ("replace-one", Adjacency.ReplaceOne)),
                Classes = classes is null ? null : [.. classes.Order(StringComparer.Ordinal)],
                PublicSize = size,
                PublicClassCounts = parsed.GetValue(_publicCounts) || before is { PublicClassCounts: true },
                LargestRun = largest,
                Submitters = parsed.GetValue(_submitters) is { Length: > 0 } submitters ? [.. submitters] : before?.Submitters,
                Unreadable = Choose(parsed.GetValue(_unreadable), "--unreadable", before?.Unreadable ?? default, ("skip", UnreadableFiles.Skip),
                    ("reject", UnreadableFiles.Reject)),
            },
            cap,
            parsed.GetValue(_reason) ?? reason ?? throw new CommandException(ExitCode.Usage, "--reason is missing: the ledger records why."),
            parsed.GetValue(_confirm));
    }

    /// <summary>Refuses a change that cannot be made.</summary>
    /// <exception cref="CommandException">It cannot.</exception>
    public static void Check(PolicyChange change, PrivacyBudget current)
    {
        if (PolicyChange.FindRaiseFault(current, change.Cap, change.Confirm) is { } unconfirmed)
        {
            throw new CommandException(ExitCode.Usage, $"{unconfirmed.TrimEnd('.')} with --confirm.");
        }

        if (change.FindFault(current) is { } fault)
        {
            throw new CommandException(ExitCode.Usage, fault);
        }
    }

    private static double? Standing(double value, DatasetPolicy? before) => before is null ? null : value;

    private static CommandException Missing(string option, string example) => new(
        ExitCode.Usage,
        $"{option} is missing: the dataset has no policy yet, so say what may be published of it, for example --epsilon-cap 10 --delta 1e-6 "
            + $"({option} {example}).");

    private static T Choose<T>(string? given, string option, T standing, params (string Name, T Value)[] choices)
    {
        if (given is null)
        {
            return standing;
        }

        foreach (var (name, value) in choices)
        {
            if (name == given)
            {
                return value;
            }
        }

        throw new CommandException(ExitCode.Usage, $"{option} is '{given}'; it must be {string.Join(" or ", choices.Select(choice => choice.Name))}.");
    }

    private static OwnerSource? ReadOwners(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        return kind switch
        {
            "none" => null,
            "folder" when int.TryParse(
                rest.Length == 0 ? "1" : rest, NumberStyles.None, CultureInfo.InvariantCulture, out var level) => new FolderOwners(level),
            "csv" => new CsvOwners(rest.Length == 0 ? "owners.csv" : rest),
            "pattern" when rest.Length > 0 => new PatternOwners(rest),
            _ => throw new CommandException(
                ExitCode.Usage, $"--owners is '{text}'; it must be folder:LEVEL, csv:FILE, pattern:REGEX with a group named owner, or none."),
        };
    }
}
