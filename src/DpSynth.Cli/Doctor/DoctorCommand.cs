using System.CommandLine;

namespace DpSynth.Cli.Doctor;

/// <summary><c>dpsynth doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandContext context) => CommandContext.Command(
        "doctor",
        "Check that this machine has what DpSynth needs, and say what to do where it has not.",
        [],
        (_, cancellationToken) => RunAsync(context, cancellationToken));

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        await foreach (var finding in new Checks(context.Surroundings).RunAsync(cancellationToken))
        {
            findings.Add(finding);
        }

        context.Terminal.Result(new Diagnosis(findings.TrueForAll(finding => finding.Ok), findings), Describe);
        return findings.TrueForAll(finding => finding.Ok) ? ExitCode.Success : ExitCode.Failure;
    }

    private static string Describe(Diagnosis diagnosis)
    {
        var width = diagnosis.Findings.Max(finding => finding.Subject.Length);
        return string.Join(Environment.NewLine, diagnosis.Findings.Select(finding =>
            $"{(finding.Ok ? "ok      " : "problem ")} {finding.Subject.PadRight(width)}  {finding.Detail}"
            + (finding.Advice is null ? "" : $"{Environment.NewLine}         {new string(' ', width)}  → {finding.Advice}")));
    }
}

/// <summary>All findings.</summary>
/// <param name="Ok">Whether all is well.</param>
/// <param name="Findings">One a check.</param>
internal sealed record Diagnosis(bool Ok, IReadOnlyList<Finding> Findings);
