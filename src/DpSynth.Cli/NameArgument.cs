using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli;

/// <summary>Names of datasets and runs as they are typed.</summary>
internal static class NameArgument
{
    /// <summary>Checks a dataset's name.</summary>
    /// <exception cref="CommandException">The name breaks the rule.</exception>
    public static string Dataset(string name) => Check(name, "dataset's name");

    /// <summary>Checks a run's id.</summary>
    /// <exception cref="CommandException">The id breaks the rule.</exception>
    public static string Run(string id) => Check(id, "run id");

    private static string Check(string name, string what) => Identifier.IsValid(name)
        ? name
        : throw new CommandException(ExitCode.Usage, $"'{name}' cannot be a {what}: use {Identifier.Rule}.");
}
