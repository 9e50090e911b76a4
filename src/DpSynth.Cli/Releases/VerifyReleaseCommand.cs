using System.CommandLine;
using System.Globalization;
using DpSynth.Cli.Terminals;
using DpSynth.Ledgers;
using DpSynth.Privacy.Statements;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Cli.Releases;

/// <summary><c>dpsynth verify-release DIR [--ledger EXPORT.jsonl]</c>.</summary>
internal static class VerifyReleaseCommand
{
    // No honest document of a release comes near this.
    private const long LargestDocument = 64 << 20;

    private static readonly Argument<string> _folder = new("DIR") { Description = "The folder of a downloaded release." };

    private static readonly Option<string> _ledger = new("--ledger")
    {
        Description = "The dataset's exported ledger: every measurement's entry is looked up in it.",
        HelpName = "EXPORT.jsonl",
    };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "verify-release",
        "Compute a release's privacy statement again from its events, and compare everything that it says.",
        [_folder, _ledger],
        (parsed, cancellationToken) => RunAsync(context, parsed.GetRequiredValue(_folder), parsed.GetValue(_ledger), cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, string folder, string? ledger, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(folder))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no folder {folder}.");
        }

        var documents = new ReleaseDocuments(
            await ReadAsync(folder, PrivacyStatement.FileName, cancellationToken),
            await ReadAsync(folder, PrivacyStatement.MarkdownFileName, cancellationToken),
            await ReadAsync(folder, RunManifest.FileName, cancellationToken));
        var verdict = ReleaseVerification.Verify(documents, ledger is null ? null : ReadLedger(ledger));
        var report = new VerificationReport(
            verdict.Holds,
            verdict.Statement?.RunId,
            verdict.Statement?.Dataset,
            verdict.Statement?.Epsilon,
            verdict.Statement?.Delta,
            verdict.Statement?.Measurements.Count,
            ledger is not null,
            verdict.Mismatches);
        context.Terminal.Result(report, Describe);
        return verdict.Holds ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<string> ReadAsync(string folder, string name, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(folder, name));
        if (!file.Exists)
        {
            throw new CommandException(ExitCode.NotFound, $"There is no {name} in {folder}: it is no whole release.");
        }

        return file.Length <= LargestDocument
            ? await File.ReadAllTextAsync(file.FullName, cancellationToken)
            : throw new CommandException(ExitCode.Usage, $"{file.FullName} is larger than any {name} can be.");
    }

    private static IReadOnlyDictionary<string, LedgerSpend> ReadLedger(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file {path}.");
        }

        try
        {
            var spends = LedgerWitness.ReadSpends(File.ReadLines(path));
            return LedgerVerification.Check(LedgerVerification.Import(File.ReadAllBytes(path)), new LedgerAccountant()).Faults is [{ } first, ..]
                ? throw new FormatException($"its entry {first.Sequence} {first.What}.")
                : spends;
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(ExitCode.Usage, fault.Message);
        }
        catch (FormatException fault)
        {
            throw new CommandException(ExitCode.Usage, $"{path} is no exported ledger: {fault.Message}");
        }
    }

    private static string Describe(VerificationReport report, Layout layout)
    {
        if (report.Holds)
        {
            var entries = report.LedgerChecked ? "every measurement is on the ledger" : "the ledger was not at hand";
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The statement of run {report.RunId} holds: ε {report.Epsilon:R} at δ {report.Delta:R}, {report.Measurements} measurements; {entries}.");
        }

        var lines = layout.Table(
            ["FILE", "FIELD", "PROBLEM"],
            report.Mismatches.Select(mismatch => (string[])[mismatch.File, mismatch.Field, mismatch.Problem]));
        return $"The statement does not hold.{Environment.NewLine}{lines}";
    }
}

/// <summary>What verification found.</summary>
/// <param name="Holds">Whether everything holds.</param>
/// <param name="RunId">The run, as the statement has it.</param>
/// <param name="Dataset">The dataset.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Delta">δ.</param>
/// <param name="Measurements">How many measurements it lists.</param>
/// <param name="LedgerChecked">Whether their ledger entries were looked up.</param>
/// <param name="Mismatches">What does not hold.</param>
internal sealed record VerificationReport(
    bool Holds,
    string? RunId,
    string? Dataset,
    double? Epsilon,
    double? Delta,
    int? Measurements,
    bool LedgerChecked,
    IReadOnlyList<ReleaseMismatch> Mismatches);
