using System.CommandLine;

namespace DpSynth.Cli.Audit;

/// <summary><c>dpsynth audit</c>: attacks that try to refute the claimed privacy.</summary>
internal static class AuditCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "audit",
        "Attack the mechanism, or a whole run, and report what ε the attack refutes beside the claimed one.",
        [MechanismCommand.Create(context), RunCommand.Create(context)]);
}
