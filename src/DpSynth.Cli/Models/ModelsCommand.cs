using System.CommandLine;

namespace DpSynth.Cli.Models;

/// <summary><c>dpsynth models</c>: the models that runs work with.</summary>
internal static class ModelsCommand
{
    public static Command Create(CommandContext context) => CommandContext.Group(
        "models",
        "Models for generators and embedders.",
        [CheckCommand.Create(context), ListCommand.Create(context), PushCommand.Create(context)]);
}
