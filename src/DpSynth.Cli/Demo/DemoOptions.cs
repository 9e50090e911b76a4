using System.CommandLine;

namespace DpSynth.Cli.Demo;

/// <summary>What can be chosen of a demo.</summary>
/// <param name="Epsilon">ε of a run, above 0 and at most 1000.</param>
/// <param name="Seed">Seed of everything drawn on the public side, at least 0.</param>
/// <param name="Keep">Whether the host goes on after the summary.</param>
internal sealed record DemoOptions(double Epsilon, int Seed, bool Keep)
{
    /// <summary>Makes a demo's command with these options.</summary>
    /// <param name="name">The word.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="epsilon">ε unless one is given.</param>
    /// <param name="subcommands">Further demos.</param>
    /// <param name="action">The demo; answers the exit code.</param>
    /// <exception cref="CommandException">When it runs: an option is out of range.</exception>
    public static Command Command(
        string name, string description, double epsilon, IEnumerable<Command> subcommands, Func<DemoOptions, CancellationToken, Task<int>> action)
    {
        var epsilonOption = new Option<double>("--epsilon") { Description = "ε of a run.", HelpName = "E", DefaultValueFactory = _ => epsilon };
        var seedOption = new Option<int>("--seed")
        {
            Description = "Seed of everything drawn on the public side. The privacy noise has no seed.",
            HelpName = "S",
        };
        var keepOption = new Option<bool>("--keep")
        {
            Description = "Leave the host running after the summary, until Ctrl+C, to try the other commands on it.",
        };
        return CommandContext.Command(
            name,
            description,
            [epsilonOption, seedOption, keepOption, .. subcommands],
            (parsed, cancellationToken) => action(
                Checked(parsed.GetValue(epsilonOption), parsed.GetValue(seedOption), parsed.GetValue(keepOption)), cancellationToken));
    }

    private static DemoOptions Checked(double epsilon, int seed, bool keep)
    {
        if (!(epsilon is > 0 and <= 1000))
        {
            throw new CommandException(ExitCode.Usage, $"--epsilon is {epsilon}; it must be above 0 and at most 1000, for example 1.");
        }

        return seed >= 0
            ? new DemoOptions(epsilon, seed, keep)
            : throw new CommandException(ExitCode.Usage, $"--seed is {seed}; it must be 0 or above.");
    }
}
