using System.Globalization;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Datasets.Policies;

/// <summary>Asks the person who uploads a dataset what may be published of it.</summary>
internal static class PolicyDialogue
{
    /// <summary>Asks.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="classes">Its classes; null for a dataset without.</param>
    public static PolicyChange Ask(Terminal terminal, string dataset, IReadOnlyList<string>? classes)
    {
        terminal.Say($"What may be published of '{dataset}'? (Return takes the answer in brackets; 'datasets policy set' changes it later.)");
        var owners = terminal.Ask<OwnerAnswer>("Whom shall the guarantee protect: each image, or each owner by a folder below the "
            + "class?", "image", static text => text switch
        {
            "image" => new(null),
            "owner" => new(new FolderOwners(1)),
            _ => null,
        });
        var epsilon = AskNumber(terminal, "How much may all runs together tell of any one of them (epsilon)?", "10", static value => value > 0);
        var delta = AskNumber(
            terminal, "With what probability may that fail (delta)? Well below 1 divided by how many they are:", "1e-6", static value => value is > 0 and < 1);
        var cap = new LedgerCap(epsilon, delta);
        return new PolicyChange(
            new DatasetPolicy
            {
                Owners = owners.Source,
                Classes = classes is null ? null : [.. classes.Order(StringComparer.Ordinal)],
                LargestRun = cap,
            },
            cap,
            "answered at the upload");
    }

    private static double AskNumber(Terminal terminal, string question, string recommended, Func<double, bool> fits) => terminal.Ask<object>(
        question,
        recommended,
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && fits(value) ? value : null)
        is double answer ? answer : 0;

    private sealed record OwnerAnswer(OwnerSource? Source);
}
