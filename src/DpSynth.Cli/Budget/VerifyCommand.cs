using System.CommandLine;
using System.Globalization;
using DpSynth.Ledgers;

namespace DpSynth.Cli.Budget;

/// <summary><c>dpsynth budget verify (DATASET | --all | --file FILE)</c>.</summary>
internal static class VerifyCommand
{
    private static readonly Argument<string?> _dataset = new("DATASET")
    {
        Description = "The dataset's name.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> _all = new("--all") { Description = "Check the ledgers of all datasets." };

    private static readonly Option<string?> _file = new("--file")
    {
        Description = "Check a file that 'budget export' wrote; needs no storage.",
        HelpName = "FILE",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "verify",
        "Check a ledger from its first entry to its last, and whether the releases' witnesses are on it.",
        [_dataset, _all, _file],
        (parsed, cancellationToken) => RunAsync(
            context, parsed.GetValue(_dataset), parsed.GetValue(_all), parsed.GetValue(_file), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string? dataset, bool all, string? file, CancellationToken cancellationToken)
    {
        if ((dataset is null ? 0 : 1) + (all ? 1 : 0) + (file is null ? 0 : 1) != 1)
        {
            throw new CommandException(ExitCode.Usage, "Name one dataset, or --all, or --file FILE.");
        }

        var result = file is null
            ? await CheckStoredAsync(context, dataset is null ? null : NameArgument.Dataset(dataset), cancellationToken)
            : await CheckFileAsync(file, cancellationToken);
        context.Terminal.Result(result, Describe);
        return result.Ok ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<LedgerVerdict> CheckStoredAsync(CommandContext context, string? dataset, CancellationToken cancellationToken)
    {
        await using var connection = await context.ConnectAsync(needHost: false, cancellationToken);
        await connection.PrivateAccount.EnsureCreatedAsync(cancellationToken);
        if (dataset is not null)
        {
            await BudgetDataset.FindLineageAsync(connection, dataset, cancellationToken);
        }

        return await new LedgerInspection(connection).CheckAsync(dataset, cancellationToken);
    }

    private static async Task<LedgerVerdict> CheckFileAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file '{file}'.");
        }

        var report = LedgerVerification.Check(
            LedgerVerification.Import(await File.ReadAllBytesAsync(file, cancellationToken)), new LedgerAccountant());
        return new LedgerVerdict([CheckedLedger.Of(report, releases: null)], []);
    }

    private static string Describe(LedgerVerdict verdict)
    {
        var lines = verdict.Ledgers.SelectMany(ledger => (string[])
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"Ledger '{ledger.Lineage}': {ledger.Entries} entries, "
                    + $"{(ledger.Faults.Count == 0 ? "all as they were written" : "NOT as they were written")}{Witnesses(ledger)}"),
            .. ledger.Faults.Select(fault => $"  {fault.Sentence}"),
        ]);
        return string.Join(Environment.NewLine, [.. lines, .. verdict.Notes]);
    }

    private static string Witnesses(CheckedLedger ledger) => ledger.Measurements is { } count
        ? string.Create(CultureInfo.InvariantCulture, $"; {count} noisy releases quote entries of it")
        : "";
}

/// <summary>What a check of ledgers found.</summary>
/// <param name="Ledgers">The ledgers.</param>
/// <param name="Notes">What could not be checked, one sentence each.</param>
internal sealed record LedgerVerdict(IReadOnlyList<CheckedLedger> Ledgers, IReadOnlyList<string> Notes)
{
    /// <summary>Whether all is as it should be.</summary>
    public bool Ok => Ledgers.All(ledger => ledger.Faults.Count == 0);
}

/// <summary>One ledger.</summary>
/// <param name="Lineage">The lineage.</param>
/// <param name="Entries">How many entries it has.</param>
/// <param name="LastHash">The last entry's hash.</param>
/// <param name="Measurements">How many published measurements quote an entry that is there; null where that was not checked.</param>
/// <param name="Faults">What is wrong.</param>
internal sealed record CheckedLedger(string Lineage, int Entries, string? LastHash, int? Measurements, IReadOnlyList<CheckedFault> Faults)
{
    public static CheckedLedger Of(LedgerReport report, int? releases) => new(
        report.Lineage, report.Entries, report.LastHash, releases, [.. report.Faults.Select(fault => new CheckedFault(fault.Sequence, fault.ToString()))]);
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Sequence">The entry; null where no single one is.</param>
/// <param name="Sentence">What is wrong.</param>
internal sealed record CheckedFault(long? Sequence, string Sentence);
