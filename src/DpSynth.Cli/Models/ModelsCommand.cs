using System.CommandLine;

namespace DpSynth.Cli.Models;

/// <summary><c>dpsynth models</c>.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "models",
        "Look at the models on this machine.",
        [CheckCommand.Create(context), ListCommand.Create(context)]);
}
