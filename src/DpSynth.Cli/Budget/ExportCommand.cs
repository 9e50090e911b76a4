using System.CommandLine;
using System.Text;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget export DATASET [--out FILE]</c>.</summary>
internal static class ExportCommand
{
    private static readonly Argument<string> _dataset = new("DATASET") { Description = "The dataset's name." };

    private static readonly Option<string?> _out = new("--out") { Description = "The file (default: standard output).", HelpName = "FILE" };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "export",
        "Write a dataset's ledger as lines of JSON, so that others can check it with 'budget verify --file'. It tells nothing of the images.",
        [_dataset, _out],
        (parsed, cancellationToken) => RunAsync(
            context, NameArgument.Dataset(parsed.GetRequiredValue(_dataset)), parsed.GetValue(_out), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string dataset, string? file, CancellationToken cancellationToken)
    {
        if (context.Terminal.Json && file is null)
        {
            throw new CommandException(ExitCode.Usage, "With --json, give a file with --out: the ledger's lines are no single JSON object.");
        }

        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.PrivateAccount.EnsureCreatedAsync(cancellationToken);
        var lineage = await BudgetDataset.FindLineageAsync(connection, dataset, cancellationToken);
        var copy = await connection.LedgerAdministration.ReadChainAsync(lineage.Name, cancellationToken);
        var lines = LedgerVerification.Export(copy);
        if (file is null)
        {
            context.Terminal.Result(lines, bytes => Encoding.UTF8.GetString(bytes));
            return ExitCode.Success;
        }

        await File.WriteAllBytesAsync(file, lines, cancellationToken);
        context.Terminal.Result(
            new Exported(dataset, lineage.Name, copy.Head?.Sequence ?? 0, copy.Head?.Hash, Path.GetFullPath(file)),
            exported => $"Wrote {exported.Entries} entries of the ledger of lineage '{exported.Lineage}' to {file}. "
                + $"The last one's hash is {exported.LastHash}.");
        return ExitCode.Success;
    }

    /// <summary>What was written.</summary>
    private sealed record Exported(string Dataset, string Lineage, long Entries, string? LastHash, string File);
}
